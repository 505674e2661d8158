// Who may have a data connection (RFC 2577 section 8): only the client that it is for, and a thief costs that client nothing.
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { socketOwner } from "../../src/network/socket-owner.ts";
import { systemClock } from "../../src/network/system-clock.ts";
import { limits } from "../../src/protocol/limits.ts";
import { freePortRange } from "../support/free-port.ts";
import { gate } from "../support/gate.ts";
import { listeningPortsOf } from "../support/listening.ts";
import { describePeers } from "../support/missing.ts";
import { nobody, startOther } from "../support/other-process.ts";
import { startPortStealer } from "../support/port-stealer.ts";
import { watchResources } from "../support/resources.ts";
import { type Address, portArgument, type Received, received } from "../support/test-client.ts";
import { until } from "../support/until.ts";
import { meetHonest } from "./scene.ts";

watchResources();

const meet = (options: Parameters<typeof meetHonest>[1] = {}) => meetHonest({ f: "secret" }, options);

async function steal(address: Address, from = "127.0.0.2"): Promise<Received> {
  const socket = connect({ ...address, localAddress: from, allowHalfOpen: true });
  socket.on("error", () => {});
  socket.write("forged");
  const loot = await received(socket);
  socket.destroy();
  return loot;
}

describe("data-port theft: a peer with another address", () => {
  it("gets nothing of a download, and the rightful client all of it, with not a word on its control connection", async () => {
    await using scene = await meet();
    const { client } = scene;
    const address = await client.passiveAddress();
    expect(await steal(address)).toEqual({ bytes: Buffer.alloc(0), how: "reset" });
    expect(await scene.gateway.seen(({ type }) => type === "data.rejected-peer")).toMatchObject({
      side: "downstream",
      count: 1,
    });
    const data = await client.connectData(address);
    // Theft turned DoS: the next reply is the next command's, nothing stands in front of it.
    await client.ask("RETR f", 150);
    expect(await received(data)).toEqual({ bytes: Buffer.from("secret"), how: "end" });
    await client.expect(226);
    await client.ask("PWD", 257);
  });

  it("puts nothing into an upload", async () => {
    await using scene = await meet();
    const { client } = scene;
    const address = await client.passiveAddress("PASV");
    await steal(address);
    const data = await client.connectData(address);
    await client.ask("STOR mine", 150);
    data.end("mine");
    await client.expect(226);
    expect(scene.server.files.get("mine")).toEqual(Buffer.from("mine"));
  });

  it("in a flood of three hundred holds up nobody", async () => {
    await using scene = await meet();
    const { client } = scene;
    const address = await client.passiveAddress();
    const thieves = Array.from({ length: 300 }, () => steal(address));
    const data = await client.connectData(address);
    await client.ask("RETR f", 150);
    expect(String((await received(data)).bytes)).toBe("secret");
    await client.expect(226);
    for (const { bytes, how } of await Promise.all(thieves)) expect([bytes.length, how]).toEqual([0, "reset"]);
    await client.ask("PWD", 257);
  });

  it("finds no port any more once the client has come", async () => {
    await using scene = await meet();
    const address = await scene.client.passiveAddress();
    await scene.client.connectData(address);
    await scene.gateway.seen((event) => event.type === "data.open" && event.side === "downstream");
    expect(listeningPortsOf(process.pid)).not.toContain(address.port);
  });
});

/** Connects, sends a forged file, and prints how the connection ended. */
const attacker = `
  const socket = net.connect({ port: Number(args[0]), host: "127.0.0.1", allowHalfOpen: true }, () => {
    socket.write("forged");
  });
  let got = 0;
  socket.on("data", (chunk) => { got += chunk.length; });
  socket.on("end", () => say("end " + got));
  socket.on("error", (error) => say(error.code + " " + got));`;

describePeers(["root"], "data-port theft by another user of this machine, from the same address", () => {
  const environment = { ownerOf: socketOwner };

  it("gets nothing, and the rightful user all of it", async () => {
    await using scene = await meet({ environment });
    const { client } = scene;
    const address = await client.passiveAddress();
    await using other = startOther(attacker, [String(address.port)], nobody);
    expect(await other.line()).toBe("ECONNRESET 0");
    const data = await client.connectData(address);
    await client.ask("RETR f", 150);
    expect(String((await received(data)).bytes)).toBe("secret");
    await client.expect(226);
  });

  it("that has left its forged file before the transfer begins, and closed already, is an attacker", async () => {
    await using scene = await meet({ environment });
    const { client } = scene;
    const address = await client.passiveAddress();
    await using other = startOther(attacker, [String(address.port), "leave"], nobody);
    expect(await other.line()).toMatch(/left|ECONNRESET/);
    await scene.gateway.seen(({ type }) => type === "data.rejected-peer");
    await client.connectData(address);
    await scene.gateway.seen((event) => event.type === "data.open" && event.side === "downstream");
  });

  it("that polls the table of sockets strikes first each time, gets nothing, and hurts none", async () => {
    const passivePorts = await freePortRange(20);
    await using scene = await meet({ environment, passivePorts });
    const { client, gateway } = scene;
    await using thief = startPortStealer(passivePorts);
    expect(await thief.line()).toBe("looks");
    for (let count = 1; count <= 6; count += 1) {
      const address = await client.passiveAddress();
      const struck = () => gateway.trace.filter(({ type }) => type === "data.rejected-peer").length >= count;
      await until("the thief was dropped", struck);
      const data = await client.connectData(address);
      if (count % 2 === 0) {
        data.end("mine");
        await client.ask("STOR upload", 150);
        await client.expect(226);
        expect(String(scene.server.files.get("upload"))).toBe("mine");
      } else {
        await client.ask("RETR f", 150);
        expect(String((await received(data)).bytes)).toBe("secret");
        await client.expect(226);
      }
    }
    thief.kill();
    for (let line = await thief.line(); line !== undefined; line = await thief.line()) expect(line).toBe("struck");
  });

  it("root may come for anybody: sshd and socat forward for others", async () => {
    let asked = 0;
    const ownerOf: typeof socketOwner = async () => {
      asked += 1;
      return asked === 1 ? nobody : 0;
    };
    await using scene = await meet({ environment: { ownerOf } });
    const data = await scene.client.connectData(await scene.client.passiveAddress());
    await scene.client.ask("RETR f", 150);
    expect(String((await received(data)).bytes)).toBe("secret");
  });

  it("a client that has sent a short file and closed before it could be asked for is no thief", async () => {
    const asked = gate();
    let questions = 0;
    const ownerOf: typeof socketOwner = async () => {
      questions += 1;
      if (questions === 1) return 1000;
      await asked.passed;
      return "gone";
    };
    await using scene = await meet({ environment: { ownerOf } });
    const data = await scene.client.connectData(await scene.client.passiveAddress());
    await scene.client.ask("STOR short", 150);
    data.end("short");
    data.destroy();
    asked.open();
    await scene.client.expect(226);
    expect(scene.server.files.get("short")).toEqual(Buffer.from("short"));
  });

  it("where nobody can tell the user of the client, the address alone decides", async () => {
    let questions = 0;
    const ownerOf: typeof socketOwner = async () => {
      questions += 1;
      return questions === 1 ? undefined : 1001;
    };
    await using scene = await meet({ environment: { ownerOf } });
    const address = await scene.client.passiveAddress();
    await using _other = startOther(attacker, [String(address.port)], nobody);
    await scene.gateway.seen((event) => event.type === "data.open" && event.side === "downstream");
  });

  it("one who is nobody's that the system knows, where it knows the client, is dropped", async () => {
    let questions = 0;
    const ownerOf: typeof socketOwner = async () => {
      questions += 1;
      return questions === 1 ? 1000 : undefined;
    };
    await using scene = await meet({ environment: { ownerOf } });
    expect(await steal(await scene.client.passiveAddress(), "127.0.0.1")).toEqual({
      bytes: Buffer.alloc(0),
      how: "reset",
    });
    await scene.gateway.seen(({ type }) => type === "data.rejected-peer");
  });

  it("one who has sent and left while the transfer waits does not take the place of the client that comes", async () => {
    const left = gate();
    let questions = 0;
    const ownerOf: typeof socketOwner = async () => {
      questions += 1;
      if (questions === 2) left.open();
      return questions === 2 ? "gone" : 1000;
    };
    // However long the client takes here.
    const after: typeof systemClock.after = (ms, run) =>
      ms === limits.departedPeerMs ? () => {} : systemClock.after(ms, run);
    const clock = { nowMs: systemClock.nowMs, after };
    await using scene = await meet({ environment: { ownerOf, clock } });
    const { client } = scene;
    const address = await client.passiveAddress();
    await client.ask("STOR mine", 150);
    const thief = connect({ ...address, allowHalfOpen: true });
    thief.on("error", () => {});
    thief.end("forged");
    await left.passed;
    const data = await client.connectData(address);
    data.end("mine");
    await client.expect(226);
    expect(String(scene.server.files.get("mine"))).toBe("mine");
    thief.destroy();
  });

  it("PORT that names another user's port is dropped before a byte is passed", async () => {
    const ownerOf: typeof socketOwner = async ({ local, remote }) =>
      remote.port === local.port ? undefined : asked.push(remote.port) === 1 ? 1000 : 1001;
    const asked: number[] = [];
    await using scene = await meet({ environment: { ownerOf } });
    const { client } = scene;
    const listener = await client.listenData();
    await client.ask(`PORT ${portArgument(listener)}`, 200);
    client.send("RETR f");
    const reached = await received(await listener.accept());
    expect(reached).toEqual({ bytes: Buffer.alloc(0), how: "reset" });
    expect(await client.expect(150, 425)).toContain("another user");
  });
});
