// Where what is written goes: what cannot be written is told, and is never status 0.
import { beforeAll, describe, expect, test } from "vitest";
import { watchResources } from "../../support/resources.ts";
import { type BuiltProgram, buildProgram, run, start } from "../support/built-program.ts";

watchResources();

let program: BuiltProgram;
beforeAll(() => {
  program = buildProgram();
});

describe("standard output on a full disk", () => {
  test.each([["--help"], ["--version"], ["serve --help"], ["lab"], ["lab run 1"]])(
    "%s says so, with status 74",
    async (line) => {
      const { ended, stderr } = await run(program.real, line.split(" "), { output: "/dev/full" });
      expect(ended).toBe("exit 74");
      expect(stderr).toMatch(/^sallyport: standard output: no space is left\n {2}The output is incomplete.*\n$/);
    },
  );

  test("a tunnel warns, and goes on", async () => {
    await using running = start(program.fake, ["-L2001:f:21", "ssh-host"], { output: "/dev/full" });
    await running.sees(/^sallyport: warning: standard output: no space is left$/m);
    running.kill("SIGTERM");
    expect(await running.ended).toBe("exit 0");
  });
});

test.each([["lab"], ["lab run 1"]])("%s ends quietly with 141 when its reader has gone", async (line) => {
  await using running = start(program.real, line.split(" "));
  running.closeStdout();
  expect(await running.ended).toBe("exit 141");
  expect(running.stderr()).toBe("");
});
