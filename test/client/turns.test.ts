// One call at a time, in the order of the calls.
import { expect, test } from "vitest";
import { watchResources } from "../support/resources.ts";
import { passive, startRig } from "./rig.ts";

watchResources();

test("calls wait for the transfer before them; one that is aborted does not, and is never sent", async () => {
  await using rig = await startRig(
    async (control) => {
      const data = await passive(control);
      const socket = await data.accept();
      await control.expect("RETR f");
      await control.reply("150 here");
      socket.write("0123");
      await new Promise((resolve) => setTimeout(resolve, 80));
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
  const aborted = rig.client.remove("f", { signal: AbortSignal.timeout(20) }).catch(() => order.push("aborted"));
  await Promise.all([down, pwd, aborted]);
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
  await using rig = await startRig(async (control) => {
    await control.expect("QUIT");
    await control.line();
  });
  const start = performance.now();
  await rig.client[Symbol.asyncDispose]();
  expect(performance.now() - start).toBeLessThan(5000);
});

test("the session's signal ends everything at once", async () => {
  const stop = new AbortController();
  await using rig = await startRig(async (control) => void (await control.expect("PWD")), { signal: stop.signal });
  const pwd = rig.client.pwd();
  const reason = new Error("enough");
  setTimeout(() => stop.abort(reason), 20);
  await expect(pwd).rejects.toBe(reason);
  await rig.client.closed;
});
