// Which way the data connection is opened, and what is remembered of it.
import { connect } from "node:net";
import { expect, test } from "vitest";
import { FtpClient } from "../../src/connect/index.ts";
import { systemNetwork } from "../../src/network/system-network.ts";
import type { Network } from "../../src/platform/network.ts";
import { freePortRange } from "../support/free-port.ts";
import { watchResources } from "../support/resources.ts";
import type { ScriptedControl } from "../support/scripted-control.ts";
import { startScriptedServer } from "../support/scripted-server.ts";
import { begin, passive, startRig, textOf } from "./rig.ts";

watchResources();

const noSize = ["UTF8"];

async function give(control: ScriptedControl, accept: () => Promise<import("node:net").Socket>): Promise<void> {
  await control.expect("RETR f");
  const socket = await accept();
  await control.reply("150 here");
  socket.end("content");
  await control.reply("226 done");
}

test("EPSV that is refused becomes PASV, and that is remembered with its reason", async () => {
  await using rig = await startRig(
    async (control) => {
      for (const first of [true, false]) {
        if (first) {
          await control.expect("EPSV");
          await control.reply("500 what?");
        }
        const data = await control.listenData();
        await control.expect("PASV");
        await control.reply(`227 ok (${data.pasv})`);
        await give(control, data.accept);
      }
    },
    {},
    noSize,
  );
  expect(await textOf(rig.client.download("f"))).toBe("content");
  expect(await textOf(rig.client.download("f"))).toBe("content");
  expect(rig.client.modeReason).toBe(
    "passive first: it passes most firewalls; PASV, for the server refused EPSV (500)",
  );
});

test.each([
  [
    "10,0,3,7",
    /^connected, but the server's 227 names 10\.0\.3\.7, a private address that cannot be reached from here: it is behind NAT; used the control/,
  ],
  ["198,51,100,9", /names another host, 198\.51\.100\.9; used the control connection's host instead/],
])("the address %s in a 227 is told and not used", async (address, note) => {
  await using rig = await startRig(
    async (control) => {
      await control.expect("EPSV");
      await control.reply("502 no");
      const data = await control.listenData();
      await control.expect("PASV");
      await control.reply(`227 ok (${address},${data.port >> 8},${data.port & 255})`);
      await give(control, data.accept);
    },
    {},
    noSize,
  );
  expect(await textOf(rig.client.download("f"))).toBe("content");
  expect(rig.notes()).toEqual([expect.stringMatching(note)]);
});

test("trustPassiveAddress uses it", async () => {
  await using rig = await startRig(
    async (control) => {
      await control.expect("EPSV");
      await control.reply("502 no");
      const data = await control.listenData("127.0.0.2");
      await control.expect("PASV");
      await control.reply(`227 ok (${data.pasv})`);
      await give(control, data.accept);
    },
    { trustPassiveAddress: true },
    noSize,
  );
  expect(await textOf(rig.client.download("f"))).toBe("content");
});

test.each([
  ["227 ok (127,0,0,1,0,22)", "names port 22"],
  ["227 ok (127,0,0,1,0,0)", "cannot be read"],
  ["227 ok (127,0,0,1,1)", "cannot be read"],
  ["227 ok (300,0,0,1,100,1)", "cannot be read"],
])("%s is FTP_PROTOCOL_REMOTE, and nothing is connected to", async (reply, message) => {
  await using rig = await startRig(
    async (control) => {
      await control.expect("EPSV");
      await control.reply("502 no");
      await control.expect("PASV");
      await control.reply(reply);
      await control.expect("PWD");
      await control.reply('257 "/"');
    },
    { mode: "passive" },
    noSize,
  );
  await expect(textOf(rig.client.download("f"))).rejects.toMatchObject({
    code: "FTP_PROTOCOL_REMOTE",
    message: expect.stringContaining(message),
  });
  expect(await rig.client.pwd()).toBe("/");
});

test("automatic: without passive mode active mode is taken, and the reason kept", async () => {
  await using rig = await startRig(
    async (control) => {
      await control.expect("EPSV");
      await control.reply("502 no");
      await control.expect("PASV");
      await control.reply("502 no");
      for (let count = 0; count < 2; count += 1) {
        const line = await control.expect(/^PORT 127,0,0,1,\d+,\d+$/);
        const [, , , , high = 0, low = 0] = line.slice(5).split(",").map(Number);
        await control.reply("200 ok");
        await give(control, () => control.connectData("127.0.0.1", high * 256 + low));
      }
    },
    {},
    noSize,
  );
  expect(await textOf(rig.client.download("f"))).toBe("content");
  expect(rig.client.mode).toBe("active");
  expect(rig.client.modeReason).toMatch(/^active, because passive mode failed: the server refuses passive mode: 502/);
  expect(await textOf(rig.client.download("f"))).toBe("content");
});

test("automatic: a passive port that nobody can reach makes it active too", async () => {
  await using rig = await startRig(
    async (control) => {
      await control.expect("EPSV");
      await control.reply("229 ok (|||1025|)");
      const line = await control.expect(/^PORT /);
      const [, , , , high = 0, low = 0] = line.slice(5).split(",").map(Number);
      await control.reply("200 ok");
      await give(control, () => control.connectData("127.0.0.1", high * 256 + low));
    },
    {},
    noSize,
  );
  expect(await textOf(rig.client.download("f"))).toBe("content");
  expect(rig.client.modeReason).toContain("connection refused");
});

/** The first peer that comes looks like one from another host. */
const stealing: Network = {
  name: systemNetwork.name,
  connect: (options) => systemNetwork.connect(options),
  listen: async (options) => {
    const listener = await systemNetwork.listen(options);
    let isFirst = true;
    return {
      endpoint: listener.endpoint,
      accept: async (accepting) => {
        const real = await listener.accept(accepting);
        if (!isFirst) return real;
        isFirst = false;
        return {
          stream: real.stream,
          local: real.local,
          remote: { host: "192.0.2.66", port: 4000 },
          closed: real.closed,
          reset: () => real.reset(),
          [Symbol.asyncDispose]: () => real[Symbol.asyncDispose](),
        };
      },
      [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose](),
    };
  },
};

test("active: a rejected peer is dropped, and the server's data is taken", async () => {
  await using rig = await startRig(
    async (control) => {
      const line = await control.expect(/^PORT /);
      const [, , , , high = 0, low = 0] = line.slice(5).split(",").map(Number);
      const attacker = connect({ host: "127.0.0.1", port: high * 256 + low });
      attacker.on("error", () => {});
      await new Promise((resolve) => attacker.once("close", resolve));
      await control.reply("200 ok");
      await give(control, () => control.connectData("127.0.0.1", high * 256 + low));
    },
    { mode: "active", network: stealing },
    noSize,
  );
  expect(await textOf(rig.client.download("f"))).toBe("content");
});

test("active mode listens on one of the ports that it may", async () => {
  const activePorts = await freePortRange(2);
  const ports: number[] = [];
  await using rig = await startRig(
    async (control) => {
      const line = await control.expect(/^EPRT /);
      const port = Number(line.split("|")[3]);
      ports.push(port);
      await control.reply("200 ok");
      await give(control, () => control.connectData("127.0.0.1", port));
    },
    { mode: "active", activePorts },
    ["UTF8", "EPRT"],
  );
  expect(await textOf(rig.client.download("f"))).toBe("content");
  expect([activePorts.first, activePorts.last]).toContain(ports[0]);
});

test("once EPSV has worked, SIZE, EPSV and RETR are there before anything is answered", async () => {
  await using rig = await startRig(async (control) => {
    for (const first of [true, false]) {
      const data = await control.listenData();
      await control.expect("SIZE f");
      if (!first) {
        await control.expect("EPSV");
        await control.expect("RETR f");
      }
      await control.reply("213 7");
      if (first) await control.expect("EPSV");
      await control.reply(`229 ok (|||${data.port}|)`);
      const socket = await data.accept();
      if (first) await control.expect("RETR f");
      await control.reply("150 here");
      socket.end("content");
      await control.reply("226 done");
    }
  });
  expect(await textOf(rig.client.download("f"))).toBe("content");
  expect(await textOf(rig.client.download("f"))).toBe("content");
});

test("pipeline: false waits for each reply", async () => {
  await using server = await startScriptedServer(async (control) => {
    await begin(control);
    for (let count = 0; count < 2; count += 1) {
      await control.expect("SIZE f");
      expect(control.unread()).toBe("");
      await control.reply("213 7");
      const data = await passive(control);
      expect(control.unread()).toBe("");
      await give(control, data.accept);
    }
  });
  const { host, port } = server;
  await using client = await FtpClient.connect({ host, port, user: "me", pipeline: false });
  expect(await textOf(client.download("f"))).toBe("content");
  expect(await textOf(client.download("f"))).toBe("content");
  await server.stop();
});
