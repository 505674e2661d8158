import { expect, test } from "vitest";
import type { Reporter } from "../../../src/cli/report/reporter.ts";
import { sessionsThatFit } from "../../../src/cli/run/open-files.ts";
import type { LogRecord } from "../../../src/text/log-record.ts";

async function fitting(asked: number | undefined, files: number): Promise<{ sessions: number; warned: string[] }> {
  const warned: string[] = [];
  const reporter: Reporter = { log: ({ message }: LogRecord) => void warned.push(message), fail: () => {} };
  return { sessions: await sessionsThatFit(asked, 1000, reporter, async () => files), warned };
}

test("with 64 open files there are 8 sessions, and the user learns why", async () => {
  expect(await fitting(undefined, 64)).toEqual({
    sessions: 8,
    warned: [expect.stringMatching(/may open 64 files, enough for 8 sessions .* ulimit -n/)],
  });
});

test("where many fit but fewer than by default, nothing is said", async () => {
  expect(await fitting(undefined, 1024)).toEqual({ sessions: 328, warned: [] });
});

test("more than fit were asked for: the user learns it", async () => {
  expect(await fitting(2000, 4096)).toEqual({ sessions: 1352, warned: [expect.stringContaining("1352 sessions")] });
});

test.each([
  [undefined, 20_000, 1000],
  [5, 64, 5],
  [1, 10, 1],
  [undefined, Number.POSITIVE_INFINITY, 1000],
])("%s sessions with %i open files are %i", async (asked, files, sessions) => {
  expect((await fitting(asked, files)).sessions).toBe(sessions);
});
