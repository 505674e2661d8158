// How data connections are opened, and why they are not: each 425 says it in words.
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { SallyportError } from "../../src/index.ts";
import { systemNetwork } from "../../src/network/system-network.ts";
import type { ConnectOptions } from "../../src/platform/network.ts";
import { parseCidr } from "../../src/protocol/cidr.ts";
import { limits } from "../../src/protocol/limits.ts";
import { freePort } from "../support/free-port.ts";
import { listeningPortsOf } from "../support/listening.ts";
import { watchResources } from "../support/resources.ts";
import { portArgument, TestClient, textOf } from "../support/test-client.ts";
import { until } from "../support/until.ts";
import { type Engine, type EngineOptions, startEngine } from "./engine.ts";
import { someFiles } from "./odd-files.ts";
import { comingFrom, connectingBy, onceOnly, silence } from "./odd-networks.ts";

watchResources();

let engine: Engine;
afterEach(() => engine[Symbol.asyncDispose]());
const begin = async (options: Omit<EngineOptions, "files"> = {}): Promise<TestClient> => {
  engine = await startEngine({ files: () => someFiles(), ...options });
  const peer = await engine.login();
  await peer.command("TYPE I");
  return peer;
};
const said = async (peer: TestClient, line: string): Promise<string> => (await peer.command(line)).lines[0] ?? "";
/** Connects, and resolves when that is over. */
const dropped = (port: number): Promise<void> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {}).on("close", () => resolve());
  });

describe("a 425", () => {
  test("tells a client that never came for how long it was waited for", async () => {
    const peer = await begin();
    const port = await peer.passivePort();
    const reply = said(peer, "LIST");
    await engine.clock.waitedFor(limits.dataConnectMs);
    engine.clock.advance(limits.dataConnectMs);
    expect(await reply).toBe(
      `425 Can't open data connection: you did not connect to port ${port} within 30 s; a firewall between us?`,
    );
    expect(await peer.code("NOOP")).toBe(200);
  });

  test.each([true, false])("tells that nobody answers where PORT led (own port only: %s)", async (activePortOnly) => {
    const peer = await begin({ network: connectingBy(silence), activePortOnly, activePort: 20 });
    expect(await peer.code("PORT 127,0,0,1,200,1")).toBe(200);
    const reply = said(peer, "LIST");
    await engine.clock.waitedFor(limits.dataConnectMs);
    engine.clock.advance(limits.dataConnectMs);
    expect(await reply).toMatch(
      /^425 Can't open data connection: .*127\.0\.0\.1:51201.*(answer within|no answer within) 30 s; a firewall between us\?/,
    );
  });

  test("tells that the client's system refused", async () => {
    const peer = await begin();
    await peer.command(`PORT ${portArgument({ host: "127.0.0.1", port: await freePort() })}`);
    expect(await said(peer, "LIST")).toMatch(/^425 Can't open data connection: .*refused/);
  });

  test("tells for how long the address is still in TIME_WAIT", async () => {
    const peer = await begin({ network: connectingBy(onceOnly()), activePortOnly: true, activePort: 20 });
    const ears = await peer.listenData();
    expect(await peer.code(`PORT ${ears.argument}`)).toBe(200);
    expect(await peer.code("RETR a")).toBe(150);
    const data = await ears.accept();
    expect(await textOf(data)).toBe("hello");
    data.end();
    expect((await peer.reply()).code).toBe(226);
    await until("the end of the data connection", () => engine.events.some(({ type }) => type === "data.close"));
    engine.clock.advance(17_000);
    await peer.command(`PORT ${ears.argument}`);
    expect(await said(peer, "RETR a")).toBe(
      "425 Can't open data connection: my port 20 is taken: the address is still in TIME_WAIT for 43 s. " +
        "Send PASV, EPSV, PORT or EPRT before each transfer: then the ports differ.",
    );
  });

  test("tells that the name of the passive address cannot be found, and leaves no port open", async () => {
    const peer = await begin({
      passiveAddresses: [{ address: "ftp.example", cidr: parseCidr("0.0.0.0/0") }],
      resolve: async () => {
        throw new SallyportError("NET_DNS", "the passive address ftp.example has no IPv4 address now");
      },
    });
    expect(await said(peer, "PASV")).toBe(
      "425 Can't open data connection: the passive address ftp.example has no IPv4 address now.",
    );
    expect(engine.events.some(({ type }) => type === "data.listen")).toBe(false);
  });
});

test("a host name as passive address is looked up each time, since it may move", async () => {
  const found = ["192.0.2.1", "192.0.2.2"];
  const asked: string[] = [];
  const peer = await begin({
    passiveAddresses: [{ address: "ftp.example", cidr: parseCidr("127.0.0.0/8") }],
    resolve: async (host) => {
      asked.push(host);
      return found.shift() ?? "";
    },
  });
  expect(await said(peer, "PASV")).toContain("(192,0,2,1,");
  expect(await said(peer, "PASV")).toContain("(192,0,2,2,");
  expect(asked).toEqual(["ftp.example", "ftp.example"]);
});

test("the default data port is the client's control port, from the port beside the server's", async () => {
  const asked: ConnectOptions[] = [];
  const peer = await begin({
    network: connectingBy(async (options) => {
      asked.push(options);
      throw new SallyportError("NET_REFUSED", "refused");
    }),
  });
  expect(await peer.code("LIST")).toBe(425);
  const own = { host: "127.0.0.1", port: peer.socket.localPort };
  expect(asked[0]).toMatchObject({ ...own, localAddress: "127.0.0.1", localPort: engine.port - 1 });
  // What PORT said is good for one transfer.
  await peer.command("PORT 127,0,0,1,200,1");
  await peer.command("LIST");
  await peer.command("LIST");
  expect(asked.map(({ port }) => port)).toEqual([own.port, 51201, own.port]);
});

test("thieves of a data port are dropped without a word, and the rightful client is served", async () => {
  const peer = await begin({ network: comingFrom("192.0.2.66", "192.0.2.67", "2001:db8::1") });
  const port = await peer.passivePort();
  for (let count = 0; count < 3; count += 1) await dropped(port);
  const data = await peer.connectData({ port });
  expect(await peer.code("RETR a")).toBe(150);
  expect(await textOf(data)).toBe("hello");
  data.end();
  expect((await peer.reply()).code).toBe(226);
  expect(await peer.code("NOOP")).toBe(200);
  expect(engine.events.filter(({ type }) => type === "data.rejected-peer").length).toBe(3);
});

test("data from a third party is taken where the operator permits it, and from nobody else", async () => {
  const allowThirdParty = [parseCidr("192.0.2.0/28")];
  const peer = await begin({ allowThirdParty, network: comingFrom("192.0.2.66", "192.0.2.5") });
  const port = await peer.passivePort();
  await dropped(port);
  const third = await peer.connectData({ port });
  third.end("from a server");
  third.resume();
  expect(await peer.code("STOR b")).toBe(150);
  expect((await peer.reply()).code).toBe(226);
  expect((await peer.download("RETR b")).text).toBe("from a server");
});

test("a third party that PORT may name is connected to, from any address of the server", async () => {
  const { signal } = new AbortController();
  await using ears = await systemNetwork.listen({ host: "127.0.0.1", ports: { first: 0, last: 0 }, signal });
  const asked: ConnectOptions[] = [];
  const network = connectingBy(({ localAddress: _, localPort: __, ...options }) => {
    asked.push(options);
    return systemNetwork.connect({ ...options, ...ears.endpoint });
  });
  const peer = await begin({ allowThirdParty: [parseCidr("192.0.2.0/28")], network });
  expect(await peer.code("PORT 192,0,2,5,200,1")).toBe(200);
  expect(await peer.code("RETR a")).toBe(150);
  const data = (await ears.accept({ signal })).stream as Socket;
  expect(await textOf(data)).toBe("hello");
  data.destroy();
  expect((await peer.reply()).code).toBe(226);
  expect(asked[0]).toMatchObject({ host: "192.0.2.5", port: 51201 });
});

describe("over IPv6", () => {
  test("EPSV, EPSV 2 and LPSV listen; EPSV 1 and PASV are 522", async () => {
    const peer = await begin({ host: "::1" });
    expect((await peer.download("RETR a")).text).toBe("hello");
    expect(await said(peer, "EPSV 1")).toBe("522 Network protocol not supported, use (2)");
    expect(await peer.code("PASV")).toBe(522);
    const [, two] = /\|\|\|(\d+)\|/.exec(await said(peer, "EPSV 2")) ?? [];
    (await peer.connectData({ port: Number(two) })).destroy();
    const [, high, low] = /\(6,16,(?:0,){15}1,2,(\d+),(\d+)\)/.exec(await said(peer, "LPSV")) ?? [];
    const data = await peer.connectData({ port: Number(high) * 256 + Number(low) });
    expect(await peer.code("RETR a")).toBe(150);
    expect(await textOf(data)).toBe("hello");
    data.destroy();
    expect((await peer.reply()).code).toBe(226);
  });

  test("EPRT and LPRT are connected to; other addresses than the client's are refused", async () => {
    const peer = await begin({ host: "::1" });
    for (const say of [
      (port: number) => `EPRT |2|::1|${port}|`,
      (port: number) => `LPRT 6,16,${"0,".repeat(15)}1,2,${port >> 8},${port & 255}`,
    ]) {
      const ears = await peer.listenData("::1");
      expect(await peer.code(say(ears.port))).toBe(200);
      expect(await peer.code("RETR a")).toBe(150);
      const data = await ears.accept();
      expect(await textOf(data)).toBe("hello");
      data.end();
      expect((await peer.reply()).code).toBe(226);
    }
    expect(await peer.code("EPRT |2|2001:db8::1|5000|")).toBe(504);
    expect(await peer.code("EPRT |2|::1|80|")).toBe(504);
    expect(await peer.code("EPRT |2|127.0.0.1|5000|")).toBe(501);
  });
});

test("an IPv4 client of a listener for every address is an IPv4 client", async () => {
  engine = await startEngine({ files: () => someFiles(), host: "::" });
  const peer = await TestClient.connect({ port: engine.port });
  await peer.login();
  await peer.command("TYPE I");
  const [, high, low] = /\(127,0,0,1,(\d+),(\d+)\)/.exec(await said(peer, "PASV")) ?? [];
  const data = await peer.connectData({ port: Number(high) * 256 + Number(low) });
  expect(await peer.code("RETR a")).toBe(150);
  expect(await textOf(data)).toBe("hello");
  data.end();
  expect((await peer.reply()).code).toBe(226);
  const ears = await peer.listenData();
  expect(await peer.code(`EPRT |1|127.0.0.1|${ears.port}|`)).toBe(200);
  expect(await peer.code("RETR a")).toBe(150);
  const arrived = await ears.accept();
  expect(await textOf(arrived)).toBe("hello");
  arrived.end();
  expect((await peer.reply()).code).toBe(226);
  expect(await peer.code("EPSV 2")).toBe(522);
  peer[Symbol.dispose]();
});

test("a hundred PASVs leave one data port open", async () => {
  const peer = await begin();
  const ports: number[] = [];
  for (let count = 0; count < 100; count += 1) ports.push(await peer.passivePort());
  // Others of this machine may have taken one that was given back, so none is tried.
  const open = listeningPortsOf(process.pid).filter((port) => ports.includes(port));
  expect(open).toEqual(ports.slice(-1));
  await peer.connectData({ port: ports.at(-1) ?? 0 });
});
