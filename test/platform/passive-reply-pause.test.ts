// What is waited for between a passive command and its reply: a moment, a pause of momentMs, or nothing.
import { describe, expect, test } from "vitest";
import { PassiveReplyPause } from "../../src/platform/passive-reply-pause.ts";
import { bytesFromLatin1 } from "../../src/protocol/latin1.ts";
import { limits } from "../../src/protocol/limits.ts";
import { FakeClock } from "../support/fake-clock.ts";

/** A client that sends this and that, each after a silence of so many milliseconds; gives what the reply then waits for. */
async function waits(...sent: readonly (readonly [silenceMs: number, text: string])[]): Promise<string[]> {
  const clock = new FakeClock();
  const order = clock.recordPauses();
  const pause = new PassiveReplyPause(clock);
  for (const [silenceMs, text] of sent) {
    clock.advance(silenceMs);
    pause.received(bytesFromLatin1(text));
  }
  await pause.begin(new AbortController().signal);
  return order;
}

const long = limits.longSilenceMs;

describe("the reply to a passive command waits", () => {
  test.each([
    [0, "moment"],
    [long - 1, "moment"],
    [long, "pause"],
    [100_000, "pause"],
  ])("behind a silence of %i ms for a %s", async (silenceMs, expected) => {
    expect(await waits([50, "USER x\r\n"], [silenceMs, "EPSV\r\n"])).toEqual([expected]);
  });

  test("for a moment where the silence was before another command", async () => {
    expect(await waits([long, "SIZE f\r\n"], [1, "EPSV\r\n"])).toEqual(["moment"]);
  });

  test("for nothing where more has come with the command", async () => {
    expect(await waits([long, "EPSV\r\nSIZE f\r\nRETR f\r\n"])).toEqual([]);
  });

  test("for nothing where no other programs are", async () => {
    const clock = new FakeClock();
    const pause = new PassiveReplyPause(clock);
    clock.advance(long);
    pause.received(bytesFromLatin1("EPSV\r\n"));
    expect(pause.begin(new AbortController().signal)).toBeUndefined();
  });

  test("until the signal aborts", async () => {
    const clock = new FakeClock();
    clock.recordPauses();
    const pause = new PassiveReplyPause(clock);
    clock.advance(long);
    pause.received(bytesFromLatin1("EPSV\r\n"));
    const stop = new AbortController();
    const waiting = pause.begin(stop.signal);
    stop.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
  });
});
