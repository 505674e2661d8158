// Servers that are honest and odd: one reply for two commands, NOOP in the middle, ports that must wait.
import { expect, test } from "vitest";
import { systemNetwork } from "../../src/network/system-network.ts";
import type { Network } from "../../src/platform/network.ts";
import { SallyportError } from "../../src/protocol/error.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { gate } from "../support/gate.ts";
import { watchResources } from "../support/resources.ts";
import type { ScriptedControl } from "../support/scripted-control.ts";
import { until } from "../support/until.ts";
import { passive, startRig, textOf } from "./rig.ts";

watchResources();

const noSize = ["UTF8"];

/** A download that is given up after its first bytes. */
async function broken(control: ScriptedControl): Promise<void> {
  const data = await passive(control);
  const socket = await data.accept();
  await control.expect("RETR f");
  await control.reply("150 here");
  socket.write("0123");
  await control.expect("ABOR");
}

async function pwd(control: ScriptedControl): Promise<void> {
  await control.expect("PWD");
  await control.reply('257 "/here"');
}

test.each([
  ["426 and 226", ["426 broken", "226 aborted"]],
  ["226 and 225", ["226 done", "225 nothing to abort"]],
  ["426 and 500", ["426 broken", "500 what?"]],
])("ABOR that is answered with %s: the session stays in step", async (_, replies) => {
  await using rig = await startRig(
    async (control) => {
      await broken(control);
      await control.send(replies.map((line) => `${line}\r\n`).join(""));
      await pwd(control);
    },
    {},
    noSize,
  );
  for await (const _chunk of rig.client.download("f")) break;
  expect(await rig.client.pwd()).toBe("/here");
});

test("one reply for the transfer and ABOR: a NOOP finds out, and the session stays in step", async () => {
  await using rig = await startRig(
    async (control) => {
      await broken(control);
      await control.reply("226 both over");
      await control.expect("NOOP");
      await control.reply("200 ok");
      await pwd(control);
    },
    {},
    noSize,
  );
  for await (const _chunk of rig.client.download("f")) break;
  expect(await rig.client.pwd()).toBe("/here");
});

test("a late reply to ABOR behind the NOOP's question is not taken for another's", async () => {
  await using rig = await startRig(
    async (control) => {
      await broken(control);
      await control.reply("426 broken");
      await control.expect("NOOP");
      await control.send("226 aborted\r\n200 ok\r\n");
      await pwd(control);
    },
    {},
    noSize,
  );
  for await (const _chunk of rig.client.download("f")) break;
  expect(await rig.client.pwd()).toBe("/here");
});

test("an aborted upload: ABOR comes before the data connection breaks, and it breaks, never ends", async () => {
  const seen: string[] = [];
  const stop = new AbortController();
  await using rig = await startRig(
    async (control) => {
      const data = await passive(control);
      const socket = await data.accept();
      socket.on("end", () => seen.push("end")).on("close", () => seen.push("close"));
      const arrived = new Promise((resolve) => socket.once("data", resolve));
      await control.expect("STOR f");
      await control.reply("150 go");
      await arrived;
      stop.abort(new Error("enough"));
      await control.expect("ABOR");
      seen.push("ABOR");
      // It reads no ABOR before the data is over.
      await new Promise((resolve) => socket.once("close", resolve));
      await control.send("426 broken\r\n225 ok\r\n");
      await pwd(control);
    },
    {},
    noSize,
  );
  async function* slowly(): AsyncGenerator<Uint8Array> {
    yield Buffer.from("0123");
    await rig.client.closed;
  }
  await expect(rig.client.upload(slowly(), "f", { signal: stop.signal })).rejects.toThrow("enough");
  expect(await rig.client.pwd()).toBe("/here");
  expect(seen).toEqual(["ABOR", "close"]);
});

test.each([
  ["at once", true],
  ["behind the transfer", false],
])("a NOOP during a transfer that is answered %s disturbs nothing", async (_, atOnce) => {
  const clock = new FakeClock();
  await using rig = await startRig(
    async (control) => {
      const data = await passive(control);
      const socket = await data.accept();
      await control.expect("RETR f");
      await control.reply("150 here");
      socket.write("0123");
      await until("the 150 has been read", () => rig.replies().includes("150 here"));
      clock.advance(50_000);
      await control.expect("NOOP");
      if (atOnce) await control.reply("200 still here");
      socket.end("4567");
      await control.reply("226 done");
      if (!atOnce) await control.reply("200 still here");
      await pwd(control);
    },
    { keepaliveMs: 50_000, clock },
    noSize,
  );
  expect(await textOf(rig.client.download("f"))).toBe("01234567");
  expect(await rig.client.pwd()).toBe("/here");
});

test("S17: a 425 for the second transfer is waited out, and the wait is told", async () => {
  const clock = new FakeClock();
  await using rig = await startRig(
    async (control) => {
      const connect = () => control.connectData("127.0.0.1", control.socket.remotePort ?? 0);
      for (const refused of [false, true, false]) {
        await control.expect("RETR f");
        if (refused) {
          await control.reply("425 Can't build data connection: Cannot assign requested address.");
          await clock.waitedFor(1000);
          clock.advance(1000);
          continue;
        }
        const socket = await connect();
        await control.reply("150 here");
        socket.end("0123");
        await control.reply("226 done");
      }
    },
    { mode: "default-port", clock },
    noSize,
  );
  expect(await textOf(rig.client.download("f"))).toBe("0123");
  expect(await textOf(rig.client.download("f"))).toBe("0123");
  expect(rig.notes()).toEqual([
    expect.stringMatching(/waits out TIME_WAIT .*Cannot assign requested address.*; next attempt in 1 s$/),
  ]);
});

test("S17: a server that connects to the port below, which is in use here, is told from other refusals", async () => {
  let below = 0;
  const network: Network = {
    name: "this machine",
    connect: async (options) => {
      const connection = await systemNetwork.connect(options);
      below = connection.local.port - 1;
      return connection;
    },
    listen: async (options) => {
      if (options.ports?.first === below) throw new SallyportError("NET_ADDRESS_IN_USE", "in use");
      return await systemNetwork.listen(options);
    },
  };
  await using rig = await startRig(
    async (control) => {
      await control.expect("RETR f");
      await control.reply("425 Unable to build data connection: Connection refused");
    },
    { mode: "default-port", network },
    noSize,
  );
  await expect(textOf(rig.client.download("f"))).rejects.toMatchObject({
    code: "FTP_REPLY_TRANSIENT",
    message: expect.stringMatching(
      /^could not download "f": 425 .*refused; nothing of ours listens on 127\.0\.0\.1:\d+.*in use/,
    ),
    hint: "Connect again, or use passive mode.",
  });
});

test("a call that is aborted while its data port is being arranged leaves nothing open", async () => {
  const stop = new AbortController();
  const isOver = gate();
  await using rig = await startRig(
    async (control) => {
      await control.expect(/^PORT /);
      stop.abort(new Error("enough"));
      await isOver.passed;
      await control.reply("200 ok");
      await pwd(control);
    },
    { mode: "active" },
    noSize,
  );
  await expect(rig.client.list(undefined, { signal: stop.signal })).rejects.toThrow("enough");
  isOver.open();
  expect(await rig.client.pwd()).toBe("/here");
});

test.each([
  ["is not known", undefined, ""],
  ["reads in order", "220 (vsFTPd 3.0.3)", "data"],
])(
  "a server that %s has of an upload, when the command comes to an open data connection: %j",
  async (_, greeting, early) => {
    let received = "";
    await using rig = await startRig(
      async (control) => {
        const data = await passive(control);
        const socket = await data.accept();
        const ended = new Promise((resolve) => socket.once("end", resolve));
        socket.on("data", (bytes) => {
          received += bytes.toString("latin1");
        });
        await control.expect("STOR f");
        if (early !== "") await ended;
        // What was sent too early is here by now: it left before the command.
        for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        expect(received).toBe(early);
        await control.reply("150 go");
        await ended;
        socket.end();
        await control.reply("226 done");
      },
      {},
      noSize,
      greeting,
    );
    await rig.client.upload(Buffer.from("data"), "f");
    expect(received).toBe("data");
  },
);
