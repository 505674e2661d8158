// Active mode, where the server could connect before and now cannot: its port and ours are in use together, or in TIME_WAIT.
import { expect, test } from "vitest";
import { watchResources } from "../support/resources.ts";
import type { ScriptedControl } from "../support/scripted-control.ts";
import { startRig, textOf } from "./rig.ts";

watchResources();

const noSize = ["UTF8"];
const refusal = "425 Failed to establish connection.";

const startActive = (script: (control: ScriptedControl) => Promise<void>): ReturnType<typeof startRig> =>
  startRig(script, { mode: "active", epsv4: false }, noSize);

/** PORT, with or without a reply to it before the transfer command; the port that it names. */
async function portFor(control: ScriptedControl, command: string): Promise<number> {
  const [, high, low] = /,(\d+),(\d+)$/.exec(await control.expect(/^(?:EPRT|PORT) /)) ?? [];
  await control.reply("200 ok");
  await control.expect(command);
  return Number(high) * 256 + Number(low);
}

async function serve(control: ScriptedControl): Promise<void> {
  const socket = await control.connectData("127.0.0.1", await portFor(control, "RETR f"));
  await control.reply("150 here");
  socket.end("data");
  await control.reply("226 done");
}

async function refuse(control: ScriptedControl, command: string): Promise<void> {
  await portFor(control, command);
  await control.reply(refusal);
}

async function take(control: ScriptedControl): Promise<void> {
  const socket = await control.connectData("127.0.0.1", await portFor(control, "STOR g"));
  await control.reply("150 come");
  socket.resume().once("end", () => {
    socket.end();
    void control.reply("226 done");
  });
}

test("a download is asked for again at another port, and that is said", async () => {
  await using rig = await startActive(async (control) => {
    await serve(control);
    await refuse(control, "RETR f");
    await serve(control);
  });
  expect(await textOf(rig.client.download("f"))).toBe("data");
  expect(await textOf(rig.client.download("f"))).toBe("data");
  expect(rig.notes()).toEqual([expect.stringMatching(/could not connect to us .*425 .*another port is tried$/)]);
});

test("an upload of a source that can be read once is whole", async () => {
  await using rig = await startActive(async (control) => {
    await serve(control);
    await refuse(control, "STOR g");
    await take(control);
  });
  await textOf(rig.client.download("f"));
  async function* once(): AsyncGenerator<Uint8Array> {
    yield Buffer.from("more");
  }
  expect(await rig.client.upload(once(), "g")).toMatchObject({ bytes: 4 });
});

test("a server that cannot the second time either is believed", async () => {
  await using rig = await startActive(async (control) => {
    await serve(control);
    for (const _ of [1, 2]) {
      await refuse(control, "RETR f");
    }
    await control.expect("NOOP");
    await control.reply("200 here");
  });
  await textOf(rig.client.download("f"));
  await expect(textOf(rig.client.download("f"))).rejects.toMatchObject({ details: { reply: 425 } });
  expect((await rig.client.quote("NOOP")).code).toBe(200);
});

test("one that never could is believed at once", async () => {
  await using rig = await startActive(async (control) => {
    await refuse(control, "RETR f");
    await control.expect("NOOP");
    await control.reply("200 here");
  });
  await expect(textOf(rig.client.download("f"))).rejects.toMatchObject({ details: { reply: 425 } });
  expect((await rig.client.quote("NOOP")).code).toBe(200);
});
