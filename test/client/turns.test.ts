// One call at a time, in the order of the calls.
import { expect, test } from "vitest";
import { limits } from "../../src/protocol/limits.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { gate } from "../support/gate.ts";
import { watchResources } from "../support/resources.ts";
import type { ScriptedControl } from "../support/scripted-control.ts";
import { passive, startRig } from "./rig.ts";

watchResources();

test("calls wait for the transfer before them; one that is aborted does not, and is never sent", async () => {
  const [isAborted, moreIsHere] = [gate(), gate()];
  await using rig = await startRig(
    async (control) => {
      const data = await passive(control);
      const socket = await data.accept();
      await control.expect("RETR f");
      await control.reply("150 here");
      socket.write("0123");
      await isAborted.passed;
      socket.write("4567");
      await moreIsHere.passed;
      expect(control.unread()).toBe("");
      socket.end();
      await control.reply("226 done");
      await control.expect("PWD");
      await control.reply('257 "/"');
    },
    {},
    ["UTF8"],
  );
  const order: string[] = [];
  const stream = rig.client.download("f");
  await new Promise((resolve) => stream.once("data", resolve));
  const down = stream.result.then(() => order.push("download"));
  const pwd = rig.client.pwd().then(() => order.push("pwd"));
  const stop = new AbortController();
  const aborted = rig.client.remove("f", { signal: stop.signal }).catch(() => order.push("aborted"));
  stop.abort(new Error("enough"));
  await aborted;
  stream.once("data", () => moreIsHere.open());
  isAborted.open();
  await Promise.all([down, pwd]);
  expect(order).toEqual(["aborted", "download", "pwd"]);
  expect(rig.commands()).not.toContain("DELE f");
});

test("a hundred calls may wait without a warning of a leak", async () => {
  const warnings: string[] = [];
  const onWarning = ({ name }: Error): void => void warnings.push(name);
  process.on("warning", onWarning);
  await using rig = await startRig(async (control) => {
    for (let count = 0; count < 100; count += 1) {
      await control.expect("PWD");
      await control.reply('257 "/"');
    }
  });
  await Promise.all(Array.from({ length: 100 }, () => rig.client.pwd()));
  await new Promise(setImmediate);
  process.off("warning", onWarning);
  expect(warnings).toEqual([]);
});

test("disposal in the middle of a transfer ends it and everything behind it", async () => {
  await using rig = await startRig(
    async (control) => {
      const data = await passive(control);
      const socket = await data.accept();
      await control.expect("RETR f");
      await control.reply("150 here");
      socket.write("0123");
      await control.expect("ABOR");
      await control.send("426 broken\r\n226 done\r\n");
      await control.expect("QUIT");
      await control.reply("221 bye");
    },
    {},
    ["UTF8"],
  );
  const { client } = rig;
  const stream = client.download("f");
  stream.on("error", () => {});
  await new Promise((resolve) => stream.once("data", resolve));
  const pwd = client.pwd();
  await Promise.all([
    client[Symbol.asyncDispose](),
    expect(stream.result).rejects.toMatchObject({ code: "CLOSED" }),
    expect(pwd).rejects.toMatchObject({ code: "CLOSED" }),
  ]);
  expect(await client.closed).toBeUndefined();
});

test("disposal towards a server that is silent is over soon", async () => {
  const clock = new FakeClock();
  await using rig = await startRig(
    async (control) => {
      await control.expect("QUIT");
      await control.line();
    },
    { clock },
  );
  const disposed = rig.client[Symbol.asyncDispose]();
  await clock.waitedFor(limits.disposeGraceMs);
  clock.advance(limits.disposeGraceMs);
  await disposed;
});

test("the session's signal ends everything at once", async () => {
  const stop = new AbortController();
  const reason = new Error("enough");
  const script = async (control: ScriptedControl): Promise<void> => {
    await control.expect("PWD");
    stop.abort(reason);
  };
  await using rig = await startRig(script, { signal: stop.signal });
  await expect(rig.client.pwd()).rejects.toBe(reason);
  await rig.client.closed;
});
