// EPSV and EPRT over IPv4: as the user wants it.
import { connect } from "node:net";
import { expect, test } from "vitest";
import { systemNetwork } from "../../src/network/system-network.ts";
import type { Network } from "../../src/platform/network.ts";
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

/** An SSH host's network: by which address it reaches the server nobody tells. */
const silentNetwork: Network = {
  name: "ssh-host",
  connect: async (options) => {
    const connection = await systemNetwork.connect(options);
    const { stream, local, remote, closed } = connection;
    return {
      stream,
      local,
      remote: { host: "", port: remote.port },
      closed,
      reset: () => connection.reset(),
      [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
    };
  },
  listen: (options) => systemNetwork.listen(options),
};

test("without epsv4 a server that SSH reaches over IPv6 refuses PASV once, and is asked for EPSV from then on", async () => {
  const script = async (control: ScriptedControl): Promise<void> => {
    await control.expect("PASV");
    await control.reply("522 PASV cannot carry an IPv6 address; use EPSV.");
    await epsv(control);
    await epsv(control);
  };
  await using rig = await startRig(script, { epsv4: false, network: silentNetwork }, ["UTF8"]);
  expect(await textOf(rig.client.download("f"))).toBe("content");
  expect(await textOf(rig.client.download("f"))).toBe("content");
  expect(rig.commands().filter((line) => line === "PASV")).toHaveLength(1);
});
