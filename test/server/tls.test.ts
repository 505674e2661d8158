// FTPS (RFC 4217): explicit and implicit, with and without resumption, and nothing of before inside.
import { once } from "node:events";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import type { ServerOptions, ServerTls } from "../../src/index.ts";
import { openServer } from "../../src/index.ts";
import { systemClock } from "../../src/network/system-clock.ts";
import { systemNetwork } from "../../src/network/system-network.ts";
import { TlsServer } from "../../src/network/tls-server.ts";
import { makeCertificatePair } from "../support/certificate.ts";
import { listeningPortsOf } from "../support/listening.ts";
import { watchResources } from "../support/resources.ts";
import { TestClient, textOf } from "../support/test-client.ts";
import { until } from "../support/until.ts";
import { type Rig, startRig } from "./rig.ts";

watchResources();

let pair: { certificate: Buffer; key: Buffer };
let rig: Rig | undefined;
beforeAll(() => {
  pair = makeCertificatePair();
});
afterEach(async () => {
  await rig?.[Symbol.asyncDispose]();
  rig = undefined;
});

async function secured(tls: Partial<ServerTls> = {}, options: Partial<ServerOptions> = {}): Promise<TestClient> {
  rig = await startRig({ tls: { ...pair, ...tls }, ...options });
  const peer = await rig.connect();
  await peer.reply();
  expect(await peer.code("AUTH TLS")).toBe(234);
  await peer.secure();
  return peer;
}

async function logIn(peer: TestClient): Promise<void> {
  expect(await peer.code("USER alice")).toBe(331);
  expect(await peer.code("PASS secret")).toBe(230);
  expect(await peer.code("PBSZ 0")).toBe(200);
  expect(await peer.code("PROT P")).toBe(200);
}

/** RETR or LIST over TLS; the session of the control connection is resumed or not. */
async function protectedDownload(
  peer: TestClient,
  line: string,
  session?: Buffer,
  maxVersion: "TLSv1.2" | "TLSv1.3" = "TLSv1.3",
): Promise<[string, number]> {
  const plain = await peer.passive();
  expect(await peer.code(line)).toBe(150);
  const data = connectTls({ socket: plain, rejectUnauthorized: false, maxVersion, ...(session ? { session } : {}) });
  peer.keep(data);
  const text = await textOf(data).catch((error) => String(error.code));
  data.end();
  return [text, (await peer.reply()).code];
}

test("AUTH TLS, PBSZ, PROT P: data is encrypted", async () => {
  const peer = await secured();
  expect(await peer.code("PROT P")).toBe(503);
  await logIn(peer);
  const [text, code] = await protectedDownload(peer, "MLSD");
  expect([text, code]).toEqual(["", 226]);
  expect((await peer.command("FEAT")).lines).toEqual(expect.arrayContaining([" AUTH TLS", " PBSZ", " PROT"]));
  for (const [line, code] of [
    ["AUTH TLS", 503],
    ["PROT C", 200],
    ["PROT S", 536],
    ["PROT X", 504],
    ["CCC", 502],
  ] as const) {
    expect([line, await peer.code(line)]).toEqual([line, code]);
  }
  expect((await peer.download("LIST")).codes).toEqual([150, 226]);
});

test("an upload inside TLS arrives whole", async () => {
  const peer = await secured();
  await logIn(peer);
  await peer.command("TYPE I");
  const plain = await peer.passive();
  expect(await peer.code("STOR a")).toBe(150);
  const data = connectTls({ socket: plain, rejectUnauthorized: false });
  peer.keep(data);
  const content = "0123456789".repeat(100_000);
  data.end(content);
  data.resume();
  expect((await peer.reply()).code).toBe(226);
  const [text] = await protectedDownload(peer, "RETR a");
  expect(text === content).toBe(true);
});

test("AUTH begins the login again, and what was arranged before it is void: TYPE, REST, RNFR, the data port", async () => {
  rig = await startRig({ tls: pair });
  const peer = await rig.login();
  await peer.upload("STOR a", "hello");
  const early = await peer.passivePort();
  for (const line of ["TYPE I", "REST 3", "RNFR a"]) await peer.command(line);
  expect(await peer.code("AUTH SSL")).toBe(504);
  expect(await peer.code("AUTH TLS")).toBe(234);
  await peer.secure();
  expect(await peer.code("PWD")).toBe(530);
  await logIn(peer);
  expect(listeningPortsOf(process.pid)).not.toContain(early);
  expect((await peer.command("STAT")).lines.join("\n")).toContain("TYPE A");
  expect(await peer.code("RNTO b")).toBe(503);
  expect(await protectedDownload(peer, "RETR a")).toEqual(["hello", 226]);
});

test.each([
  ["TLSv1", false],
  ["TLSv1.1", false],
  ["TLSv1.2", true],
  ["TLSv1.3", true],
] as const)("%s is accepted: %s", async (version, accepted) => {
  rig = await startRig({ tls: pair, listen: [{ port: 0, implicitTls: true }] });
  const ciphers = "ALL:@SECLEVEL=0";
  const options = { port: rig.port, host: "127.0.0.1", rejectUnauthorized: false, ciphers };
  const socket = connectTls({ ...options, minVersion: version, maxVersion: version });
  const outcome = await Promise.race([
    once(socket, "secureConnect").then(() => true),
    once(socket, "error").then(() => false),
  ]).catch(() => false);
  socket.destroy();
  expect(outcome).toBe(accepted);
});

test("what comes behind AUTH in the clear ends the session", async () => {
  rig = await startRig({ tls: pair });
  for (const injected of ["AUTH TLS\r\nUSER alice\r\n", "AUTH TLS\r\nUS"]) {
    const peer = await rig.connect();
    await peer.reply();
    peer.raw(injected);
    expect((await peer.reply()).code).toBe(421);
    await peer.closed();
  }
});

test("a handshake that is none ends the session", async () => {
  rig = await startRig({ tls: pair });
  const peer = await rig.connect();
  await peer.reply();
  await peer.command("AUTH TLS");
  peer.send("USER alice");
  await peer.closed();
});

test("a client that goes away in the middle of the handshake leaves nothing", async () => {
  rig = await startRig({ tls: pair, listen: [{ port: 0 }, { port: 0, implicitTls: true }] });
  const { server } = rig;
  const [explicit, implicit] = server.listeners.map(({ port }) => port);
  for (const beginning of ["", "\x16\x03\x01\x02"]) {
    const peer = await TestClient.connect({ port: explicit ?? 0 });
    await peer.reply();
    expect(await peer.code("AUTH TLS")).toBe(234);
    peer.raw(beginning);
    peer.socket.end();
    const other = await TestClient.connect({ port: implicit ?? 0 });
    other.raw(beginning);
    other.socket.end();
    await until("the sessions to end", () => server.sessions === 0);
    for (const one of [peer, other]) one[Symbol.dispose]();
  }
});

test("with TLS required there is no login, no data and no PROT C without it", async () => {
  const peer = await secured({ required: true });
  const { port } = rig as Rig;
  const plain = await TestClient.connect({ port });
  await plain.reply();
  expect(await plain.code("USER alice")).toBe(530);
  plain[Symbol.dispose]();
  expect(await peer.code("USER alice")).toBe(331);
  await peer.command("PASS secret");
  expect(await peer.code("LIST")).toBe(521);
  await peer.command("PBSZ 0");
  expect(await peer.code("PROT C")).toBe(534);
});

describe("with resumption required", () => {
  test.each(["TLSv1.2", "TLSv1.3"] as const)(
    "and %s the most that the client knows: a data connection that resumes is served each time, another is reset",
    async (version) => {
      rig = await startRig({ tls: { ...pair, requireReuse: true } });
      const sessions: Buffer[] = [];
      const peers = [];
      for (let index = 0; index < 2; index += 1) {
        const peer = await rig.connect();
        await peer.reply();
        await peer.command("AUTH TLS");
        const got: Buffer[] = [];
        const secure: TLSSocket = connectTls({
          socket: peer.socket,
          rejectUnauthorized: false,
          maxVersion: version,
        });
        secure.on("session", (session) => got.push(session));
        peer.adopt(secure);
        await once(secure, "secureConnect");
        await logIn(peer);
        const session = await until("a session", () => got.at(-1));
        sessions.push(session);
        peers.push(peer);
      }
      const [first, second] = peers as [TestClient, TestClient];
      for (let count = 0; count < 3; count += 1) {
        expect(await protectedDownload(first, "MLSD", sessions[0], version)).toEqual(["", 226]);
      }
      expect((await protectedDownload(first, "MLSD"))[1]).toBe(425);
      // Another session's ticket proves nothing.
      expect((await protectedDownload(second, "MLSD", sessions[0], version))[1]).toBe(425);
    },
  );
});

test("implicit TLS begins with the handshake", async () => {
  rig = await startRig({ tls: pair, listen: [{ port: 0, implicitTls: true }] });
  const peer = await rig.connect();
  await peer.secure();
  expect((await peer.reply()).code).toBe(220);
  await logIn(peer);
});

test("a client that came for another protocol is turned away by ALPN", async () => {
  rig = await startRig({ tls: pair, listen: [{ port: 0, implicitTls: true }] });
  const socket = connectTls({
    port: rig.port,
    host: "127.0.0.1",
    rejectUnauthorized: false,
    ALPNProtocols: ["h2", "http/1.1"],
  });
  const [error] = await once(socket, "error");
  expect(String(error)).toMatch(/alert|ECONNRESET/i);
});

test("a failed handshake is NET_TLS, and a wrong certificate CONFIG_INVALID before anything is opened", async () => {
  const server = new TlsServer(pair, systemClock);
  const { signal } = new AbortController();
  await using listener = await systemNetwork.listen({ host: "127.0.0.1", ports: { first: 0, last: 0 }, signal });
  const client = await systemNetwork.connect({ ...listener.endpoint, signal });
  client.stream.on("error", () => {});
  client.stream.write("GET / HTTP/1.0\r\n\r\n");
  await expect(server.secure(await listener.accept({ signal }), signal)).rejects.toMatchObject({ code: "NET_TLS" });
  client.reset();
  const wrong = openServer({
    files: ".",
    anonymous: "read",
    tls: { certificate: "x", key: "y" },
    listen: [{ port: 0 }],
  });
  await expect(wrong).rejects.toMatchObject({ code: "CONFIG_INVALID" });
});
