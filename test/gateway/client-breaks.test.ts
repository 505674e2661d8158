// Clients that die, abort, or do not read.
import { once } from "node:events";
import type { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../src/network/system-clock.ts";
import { systemNetwork } from "../../src/network/system-network.ts";
import type { Clock } from "../../src/platform/clock.ts";
import type { Network } from "../../src/platform/network.ts";
import { limits } from "../../src/protocol/limits.ts";
import { gate } from "../support/gate.ts";
import { startOther } from "../support/other-process.ts";
import { watchResources } from "../support/resources.ts";
import type { ScriptedControl } from "../support/scripted-control.ts";
import { startScriptedServer } from "../support/scripted-server.ts";
import { received } from "../support/test-client.ts";
import { until } from "../support/until.ts";
import { startGateway } from "./gateway-harness.ts";
import { recordingNetwork } from "./recording-network.ts";
import { meetLoggedIn } from "./scene.ts";
import { answerEpsv, beginTransfer, file } from "./scripts.ts";

watchResources();

/** On a busy machine a process may take longer to die than the gateway gives it; and this server obeys no ABOR. */
const patience: ReadonlyMap<number, number> = new Map([
  [limits.deathNewsMs, 300],
  [limits.abortUploadMs, 20],
]);
const patient: Clock = {
  ...systemClock,
  after: (delayMs, callback) => systemClock.after(patience.get(delayMs) ?? delayMs, callback),
};

/** Uploads for ever in its own process; with `dataFirst` the data socket has the lower number, and so closes first. */
const uploader = `
  const spare = args[1] === "dataFirst" ? require("node:fs").openSync("/dev/null") : undefined;
  const control = net.connect(Number(args[0]), "127.0.0.1");
  let text = "";
  control.on("data", (chunk) => {
    text += chunk;
    const lines = text.split("\\r\\n");
    text = lines.pop();
    for (const line of lines) answer(line.slice(0, 3), line);
  });
  const say2 = (line) => control.write(line + "\\r\\n");
  function answer(code, line) {
    if (code === "220") say2("USER me");
    if (code === "331") say2("PASS x");
    if (code === "230") say2("EPSV");
    if (code === "229") {
      if (spare !== undefined) require("node:fs").closeSync(spare);
      const data = net.connect(Number(/(\\d+)\\|\\)/.exec(line)[1]), "127.0.0.1", () => say2("STOR f"));
      globalThis.data = data;
      data.on("error", () => {});
    }
    if (code === "150") {
      data.write(Buffer.alloc(100000, 7), () => say("sent"));
    }
  }`;

/** What the server sees once the upload has begun, in its order. */
async function watchUpload(control: ScriptedControl): Promise<string[]> {
  const seen: string[] = [];
  const { data } = await beginTransfer(control);
  control.socket.on("data", (bytes) => seen.push(String(bytes).trim()));
  data.resume();
  await new Promise<void>((resolve) => {
    for (const event of ["end", "close"]) {
      data.on(event, () => {
        seen.push(data.errored === null && event === "end" ? "data ended" : "data broke");
        resolve();
      });
    }
  });
  data.destroy();
  return seen;
}

describe("a client that is killed in the middle of an upload", () => {
  it.each(["controlFirst", "dataFirst"])("(%s) makes the server see ABOR before its data breaks", async (order) => {
    for (let round = 0; round < 8; round += 1) {
      let seen: Promise<string[]> | undefined;
      await using server = await startScriptedServer(async (control) => {
        seen = watchUpload(control);
        await seen;
      });
      await using gateway = await startGateway({ target: server, environment: { clock: patient } });
      await using client = startOther(uploader, [String(gateway.port), order]);
      expect(await client.line()).toBe("sent");
      client.kill();
      await gateway.seen(({ type }) => type === "session.close");
      expect((await seen)?.slice(0, 2)).toEqual(["ABOR", "data broke"]);
    }
  });

  it.each(["control first", "data first"])("closing the %s in one turn, it is the same", async (order) => {
    let seen: Promise<string[]> | undefined;
    await using scene = await meetLoggedIn(
      async (control) => {
        seen = watchUpload(control);
        await seen;
      },
      { environment: { clock: patient } },
    );
    const data = await scene.client.connectData(await scene.client.passiveAddress());
    await scene.client.ask("STOR f", 150);
    data.write(file(100_000));
    await scene.gateway.seen((event) => event.type === "data.open" && event.side === "upstream");
    const both = order === "control first" ? [scene.client.socket, data] : [data, scene.client.socket];
    for (const socket of both) socket.destroy();
    await scene.gateway.seen(({ type }) => type === "session.close");
    expect((await seen)?.slice(0, 2)).toEqual(["ABOR", "data broke"]);
  });

  it("and whose data connection alone breaks is told 426, the server ABOR", async () => {
    await using scene = await meetLoggedIn(async (control) => {
      const { data } = await beginTransfer(control);
      data.resume();
      await control.expect("ABOR");
      await control.send("426 broke\r\n226 aborted\r\n");
      await control.expect("PWD");
      await control.reply('257 "/"');
    });
    const data = await scene.client.connectData(await scene.client.passiveAddress());
    await scene.client.ask("STOR f", 150);
    data.write(file(100_000), () => data.resetAndDestroy());
    await scene.client.expect(426);
    await scene.client.ask("PWD", 257);
  });
});

describe("an upload that is given up while its data connection is being made", () => {
  it("does not look like an empty file when the connection comes late", async () => {
    const late = gate();
    let connects = 0;
    const backNetwork: Network = {
      ...recordingNetwork(),
      connect: async (options) => {
        connects += 1;
        if (connects !== 3) return systemNetwork.connect(options);
        // An SSH server that cannot be told to forget a channel that it is opening.
        await late.passed;
        return systemNetwork.connect({ ...options, signal: new AbortController().signal });
      },
    };
    let how: string | undefined;
    await using scene = await meetLoggedIn(
      async (control) => {
        const first = await beginTransfer(control);
        first.data.end();
        await control.reply("226 done");
        const listener = await answerEpsv(control);
        await control.expect("STOR f");
        await control.reply("150 go");
        await control.expect("ABOR");
        await control.send("426 aborted\r\n226 ok\r\n");
        const data = await listener.accept();
        how = (await received(data)).how;
      },
      { backNetwork },
    );
    const { client } = scene;
    const first = received(await client.connectData(await client.passiveAddress()));
    await client.ask("RETR f", 150, 226);
    await first;
    await client.connectData(await client.passiveAddress());
    await client.ask("STOR f", 150);
    await client.ask("ABOR", 426, 226);
    late.open();
    await scene.server.finished();
    expect(how).toBe("reset");
  });
});

describe("a client that breaks a download off", () => {
  it("makes the server's side break at once; the session goes on", async () => {
    await using scene = await meetLoggedIn(async (control) => {
      const { data } = await beginTransfer(control);
      await pour(data);
      await control.reply("426 broke");
      await control.expect("PWD");
      await control.reply('257 "/"');
    });
    const data = await scene.client.connectData(await scene.client.passiveAddress());
    await scene.client.ask("RETR f", 150);
    await once(data, "data");
    data.resetAndDestroy();
    await scene.client.expect(426);
    await scene.client.ask("PWD", 257);
  });

  it("by ending its side gets the file all the same: some clients half-close", async () => {
    const whole = file(500_000);
    await using scene = await meetLoggedIn(async (control) => {
      const { data } = await beginTransfer(control);
      data.end(whole);
      await control.reply("226 done");
    });
    const data = await scene.client.connectData(await scene.client.passiveAddress());
    data.end();
    await scene.client.ask("RETR f", 150);
    expect((await received(data)).bytes.equals(whole)).toBe(true);
    await scene.client.expect(226);
  });
});

/** Writes as fast as it is read, until it breaks. */
function pour(socket: Socket): Promise<void> {
  const block = file(262_144);
  const more = (): void => {
    while (!socket.destroyed && socket.write(block));
  };
  socket.on("drain", more);
  more();
  return new Promise((resolve) => socket.once("close", () => resolve()));
}

/** Nothing that the gateway waits for as long as a second ever comes. */
const withinASecond: Clock = {
  ...systemClock,
  after: (delayMs, callback) => (delayMs < 1000 ? systemClock.after(delayMs, callback) : () => {}),
};

describe("ABOR while data flows", () => {
  it.each([
    ["plain", ""],
    ["with Telnet IP and Synch", "\xff\xf4\xff\xf2"],
    ["with a Synch whose last byte came as urgent data", "\xff\xf4\xff"],
  ])("%s is answered within a second by a server that reads only when its data breaks", async (_what, synch) => {
    await using scene = await meetLoggedIn(
      async (control) => {
        const { data } = await beginTransfer(control);
        await pour(data);
        await control.reply("426 broke");
        await control.expect("ABOR");
        await control.reply("226 aborted");
      },
      { environment: { clock: withinASecond } },
    );
    const data = await scene.client.connectData(await scene.client.passiveAddress());
    await scene.client.ask("RETR f", 150);
    await once(data, "data");
    scene.client.raw(`${synch}ABOR\r\n`);
    await scene.client.expect(426, 226);
  });

  it("is answered within a second though the server is done and the client does not read", async () => {
    await using scene = await meetLoggedIn(
      async (control) => {
        const { data } = await beginTransfer(control);
        // What the server's and the gateway's systems take of a file that nobody reads.
        data.end(file(3_000_000), () => control.socket.write("226 done\r\n"));
        await control.expect("ABOR");
        await control.reply("225 nothing to abort");
      },
      { environment: { clock: withinASecond } },
    );
    const data = await scene.client.connectData(await scene.client.passiveAddress());
    data.pause();
    await scene.client.ask("RETR f", 150);
    await scene.gateway.seen((event) => event.type === "ftp.reply" && event.lines[0] === "226 done");
    await scene.client.ask("ABOR", 426, 225);
    expect((await received(data)).how).toBe("reset");
  });
});

describe("unbounded buffers: a client that does not read", () => {
  it("its download makes the server wait; little is kept in between", async () => {
    let sent = (): number => 0;
    await using scene = await meetLoggedIn(async (control) => {
      const { data } = await beginTransfer(control);
      sent = () => data.bytesWritten - data.writableLength;
      void pour(data);
    });
    const data = await scene.client.connectData(await scene.client.passiveAddress());
    data.pause();
    await scene.client.ask("RETR f", 150);
    await scene.gateway.seen((event) => event.type === "data.open" && event.side === "upstream");
    let before = 0;
    let same = 0;
    await until("the server to wait", () => {
      same = sent() > 0 && sent() === before ? same + 1 : 0;
      before = sent();
      return same >= 20;
    });
    // The kernel's buffers of two connections, and the two streams in between.
    expect(sent()).toBeLessThan(30_000_000);
  });

  it("its control connection is closed when the replies for it pile up", async () => {
    const line = `211-${"x".repeat(8000)}\r\n`;
    await using scene = await meetLoggedIn(async (control) => {
      await control.login();
      for (;;) {
        if ((await control.line()) === undefined) return;
        control.socket.write(`${line}${line.repeat(100)}211 end\r\n`);
      }
    });
    scene.client.socket.pause();
    const { socket } = scene.client;
    for (let asked = 0; asked < 200; asked += 1) scene.client.send("STAT");
    const closed = (await scene.gateway.seen(({ type }) => type === "session.close")) as { reason: string };
    expect(closed.reason).toMatch(/client is gone/);
    expect(socket.destroyed).toBe(false);
    expect(limits.controlBufferBytesMax).toBeLessThan(200 * 800_000);
  });
});
