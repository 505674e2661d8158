// EPSV and EPRT over IPv4: as the user wants it.
import { connect } from "node:net";
import { expect, test } from "vitest";
import { watchResources } from "../support/resources.ts";
import type { ScriptedControl } from "../support/scripted-control.ts";
import { passive, startRig, textOf } from "./rig.ts";

watchResources();

async function pasv(control: ScriptedControl): Promise<void> {
  const data = await control.listenData();
  await control.expect("PASV");
  await control.reply(`227 ok (${data.pasv})`);
  await give(control, data.accept);
}

async function epsv(control: ScriptedControl): Promise<void> {
  await give(control, (await passive(control)).accept);
}

async function give(control: ScriptedControl, accept: () => Promise<import("node:net").Socket>): Promise<void> {
  await control.expect("RETR f");
  const socket = await accept();
  await control.reply("150 here");
  socket.end("content");
  await control.reply("226 done");
}

test("without epsv4 passive mode is PASV at once, until it is turned on again", async () => {
  const script = async (control: ScriptedControl): Promise<void> => {
    await pasv(control);
    await epsv(control);
    await pasv(control);
  };
  await using rig = await startRig(script, { epsv4: false }, ["UTF8"]);
  expect(await textOf(rig.client.download("f"))).toBe("content");
  rig.client.setEpsv4(true);
  expect(await textOf(rig.client.download("f"))).toBe("content");
  rig.client.setEpsv4(false);
  expect(await textOf(rig.client.download("f"))).toBe("content");
});

test("without epsv4 active mode is PORT at once, also when EPRT is offered", async () => {
  const script = async (control: ScriptedControl): Promise<void> => {
    const [, high, low] = /^PORT 127,0,0,1,(\d+),(\d+)$/.exec((await control.line()) ?? "") ?? [];
    await control.reply("200 ok");
    await give(control, async () => connect(Number(high) * 256 + Number(low), "127.0.0.1"));
  };
  await using rig = await startRig(script, { epsv4: false, mode: "active" }, ["UTF8", "EPRT"]);
  expect(await textOf(rig.client.download("f"))).toBe("content");
});
