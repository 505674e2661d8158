// The final reply of an upload whose last bytes are on their way for longer than a reply may take.
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { ControlConnection } from "../../src/client/control-connection.ts";
import { StreamConnection } from "../../src/platform/stream-connection.ts";
import { FakeClock } from "../support/fake-clock.ts";

const replyMs = 60_000;
const end = { host: "127.0.0.1", port: 1 };
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A session whose upload is over but for the final reply; `outstanding` gives what is still on its way. */
async function uploaded(outstanding?: () => number | undefined | Promise<number | undefined>) {
  const clock = new FakeClock();
  const stream = new PassThrough();
  const breakOff = (): void => void stream.destroy();
  const connection = new StreamConnection({ stream, local: end, remote: end, clock, breakOff });
  const control = new ControlConnection(connection, { clock, replyMs, emit: () => {} });
  const reply = async (line: string): Promise<void> => {
    stream.push(`${line}\r\n`);
    await turn();
  };
  const asked = control.ask("STOR", "f", "transfer");
  await reply("150 go on");
  control.dataOver(outstanding);
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await turn();
  };
  return { control, asked, reply, pass };
}

test("is waited for as long as less and less is on its way", async () => {
  let left = 400_000;
  const { control, asked, reply, pass } = await uploaded(async () => left);
  for (; left > 100_000; left -= 100_000) await pass(replyMs);
  expect(control.failure).toBeUndefined();
  await reply("226 done");
  expect((await asked.final).code).toBe(226);
});

test("is not waited for any more when no less is on its way than when it was looked at before", async () => {
  const { control, pass } = await uploaded(() => 5000);
  await pass(replyMs);
  expect(control.failure).toBeUndefined();
  await pass(replyMs);
  expect(control.failure).toMatchObject({ code: "NET_TIMEOUT", message: "the server has not answered for 60 s" });
});

test.each([
  ["nothing is on its way", () => 0],
  ["nobody knows what is on its way", () => undefined],
  ["it was a download", undefined],
])("is not waited for any longer where %s", async (_, outstanding) => {
  const { control, pass } = await uploaded(outstanding);
  await pass(replyMs - 1);
  expect(control.failure).toBeUndefined();
  await pass(1);
  expect(control.failure).toMatchObject({ code: "NET_TIMEOUT" });
});

test("counts when it comes while the system is being asked", async () => {
  let answer: (left: number) => void = () => {};
  const { control, asked, reply, pass } = await uploaded(() => new Promise((resolve) => (answer = resolve)));
  await pass(replyMs);
  await reply("226 done");
  answer(0);
  await turn();
  expect((await asked.final).code).toBe(226);
  expect(control.failure).toBeUndefined();
});

test("once it has come, the next command's reply has the usual time", async () => {
  const { control, reply, pass } = await uploaded(() => 5000);
  await reply("226 done");
  control.command("NOOP").catch(() => {});
  await turn();
  await pass(replyMs);
  expect(control.failure).toMatchObject({ code: "NET_TIMEOUT" });
});
