// One SSH user does not get at another one's sessions, nor at what else listens on this machine.
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server as NetServer, type Socket } from "node:net";
import type { Client, ClientChannel } from "ssh2";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openServer, type Server, type ServerOptions } from "../../../src/index.ts";
import type { TraceEvent } from "../../../src/platform/trace.ts";
import { parseSocketTable, remoteSocketsCommand } from "../../../src/ssh/remote-socket-list.ts";
import { execute, openDirect, type RawClient, rawClient } from "../../ssh/embedded/server/raw-client.ts";
import { makeCertificatePair } from "../../support/certificate.ts";
import { listeningPortsOf } from "../../support/listening.ts";
import { watchResources } from "../../support/resources.ts";
import { clientKey } from "../../support/ssh-keys.ts";
import { makeTempDir, type TempDir } from "../../support/tempdir.ts";
import { TestClient } from "../../support/test-client.ts";
import { until } from "../../support/until.ts";

watchResources();

let dir: TempDir;
let server: Server | undefined;
let events: TraceEvent[];
let clients: RawClient[];
let toy: NetServer;
let toyPort = 0;
let reached = 0;
beforeEach(async () => {
  dir = makeTempDir("isolation");
  mkdirSync(dir.file("files"));
  mkdirSync(dir.file("keys"));
  writeFileSync(dir.file("files/a"), "hello");
  for (const name of ["alice", "mallory"]) writeFileSync(dir.file(`keys/${name}`), clientKey().publicKey);
  events = [];
  clients = [];
  reached = 0;
  toy = createServer((socket: Socket) => {
    reached += 1;
    socket.on("error", () => {}).end("secret of this machine\n");
  }).listen(0, "127.0.0.1");
  await once(toy, "listening");
  toyPort = (toy.address() as AddressInfo).port;
});
afterEach(async () => {
  for (const client of clients) await client[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
  server = undefined;
  await new Promise((resolve) => toy.close(resolve));
  dir.remove();
});

async function start(more: Partial<ServerOptions> = {}, ssh: ServerOptions["ssh"] = {}): Promise<void> {
  server = await openServer({
    files: dir.file("files"),
    listen: [{ port: 0 }],
    users: ["alice", "mallory"].map((name) => ({ name, password: "secret" })),
    ssh: { port: 0, hostKeyFile: dir.file("host_key"), authorizedKeysFile: dir.file("keys/%u"), ...ssh },
    trace: (event) => events.push(event),
    ...more,
  });
}

const ftpPort = (): number => server?.listeners[0]?.port ?? 0;

async function sshAs(username: string): Promise<Client> {
  const client = await rawClient(server?.ssh?.port ?? 0, { username });
  clients.push(client);
  return client.client;
}

const direct = (client: Client, port: number, host = "127.0.0.1"): ReturnType<typeof openDirect> =>
  openDirect(client, host, port);

async function channelTo(client: Client, port: number, host?: string): Promise<ClientChannel> {
  const channel = await direct(client, port, host);
  if (!("destroy" in channel)) throw new Error(`refused: ${channel.message}`);
  return channel;
}

/** An FTP session through SSH, logged in. */
async function sessionOf(client: Client, host?: string): Promise<TestClient> {
  return new TestClient((await channelTo(client, ftpPort(), host)) as unknown as Socket).login();
}

const listen = (client: Client, host: string, port: number): Promise<number | Error> =>
  new Promise((resolve) => client.forwardIn(host, port, (error, bound) => resolve(error ?? bound)));

/** The next connection that SSH hands over for a listener of the client's. */
const handedOver = (client: Client): Promise<ClientChannel> =>
  new Promise((resolve) => client.once("tcp connection", (_info, accept) => resolve(accept())));

async function textOf(channel: ClientChannel): Promise<string> {
  let text = "";
  for await (const piece of channel) text += String(piece);
  return text;
}

const epsvPort = async (peer: TestClient): Promise<number> =>
  Number(/\|\|\|(\d+)\|/.exec((await peer.command("EPSV")).lines.join(""))?.[1]);

const comma = (port: number): string => `127,0,0,1,${port >> 8},${port & 255}`;

describe("a waiting data port", () => {
  test("is opened through the SSH connection that carries its control connection", async () => {
    await start();
    const alice = await sshAs("alice");
    const peer = await sessionOf(alice);
    const data = await channelTo(alice, await epsvPort(peer), "localhost");
    peer.send("RETR a");
    expect(await textOf(data)).toBe("hello");
    expect([(await peer.reply()).code, (await peer.reply()).code]).toEqual([150, 226]);
  });

  test("hazard: port stealing: no other SSH connection opens it, the same user's neither, nor does a local user", async () => {
    await start({}, { permitOpen: ["*:*"] });
    const [alice, again, mallory] = [await sshAs("alice"), await sshAs("alice"), await sshAs("mallory")];
    const peer = await sessionOf(alice);
    const port = await epsvPort(peer);
    for (const thief of [again, mallory]) {
      for (const host of ["127.0.0.1", "localhost", "::1"])
        expect(await direct(thief, port, host)).toHaveProperty("reason");
    }
    expect(listeningPortsOf(process.pid)).not.toContain(port);
    const data = await channelTo(alice, port);
    peer.send("RETR a");
    expect(await textOf(data)).toBe("hello");
  });

  test("hazard: port stealing: that of a session without SSH is no SSH client's, whatever is permitted", async () => {
    await start({}, { permitOpen: ["*:*"] });
    const mallory = await sshAs("mallory");
    const peer = await (await TestClient.connect({ port: ftpPort() })).login();
    const port = await epsvPort(peer);
    for (const host of ["127.0.0.1", "localhost", "0.0.0.0", "127.1", "::ffff:127.0.0.1"]) {
      expect(await direct(mallory, port, host)).toMatchObject({ reason: 1 });
    }
    peer[Symbol.dispose]();
  });

  test("hazard: port stealing: all ports asked for at once are refused in the victim's transfers", async () => {
    await start({ passivePorts: { first: 50_000, last: 50_009 } });
    const [alice, mallory] = [await sshAs("alice"), await sshAs("mallory")];
    const peer = await sessionOf(alice);
    const port = await epsvPort(peer);
    const scan = Array.from({ length: 10 }, (_, index) => direct(mallory, 50_000 + index));
    expect((await Promise.all(scan)).filter((each) => !("reason" in each))).toEqual([]);
    const data = await channelTo(alice, port);
    peer.send("RETR a");
    expect(await textOf(data)).toBe("hello");
  });
});

describe("hazard: a listener beside ours", () => {
  test("control ports, waiting data ports and the passive range are nobody's to listen on, at any address", async () => {
    await start({ passivePorts: { first: 50_100, last: 50_109 } }, { gatewayPorts: "clientspecified" });
    const mallory = await sshAs("mallory");
    const peer = await (await TestClient.connect({ port: ftpPort() })).login();
    const ports = [ftpPort(), server?.ssh?.port ?? 0, await epsvPort(peer), 50_100, 50_109];
    for (const port of ports) {
      for (const host of ["::1", "127.0.0.1", "127.0.0.2", "localhost", ""]) {
        expect(await listen(mallory, host, port), `${host}:${port}`).toBeInstanceOf(Error);
      }
    }
    peer[Symbol.dispose]();
  });

  test("localhost leads into our own server, whatever listens there; another loopback address is not ours", async () => {
    await start();
    const beside = createServer((socket) => socket.end("220 mallory\r\n"));
    beside.listen({ port: ftpPort(), host: "127.0.0.2" });
    await once(beside, "listening");
    const alice = await sshAs("alice");
    await sessionOf(alice, "localhost");
    for (const host of ["127.0.0.2", "::1"]) expect(await direct(alice, ftpPort(), host)).toMatchObject({ reason: 1 });
    await new Promise((resolve) => beside.close(resolve));
  });
});

describe("hazard: bounce to loopback", () => {
  test("PORT, EPRT and LPRT name no port that the SSH connection does not listen on", async () => {
    await start();
    const peer = await sessionOf(await sshAs("alice"));
    const lprt = `4,4,127,0,0,1,2,${toyPort >> 8},${toyPort & 255}`;
    for (const line of [`PORT ${comma(toyPort)}`, `EPRT |1|127.0.0.1|${toyPort}|`, `LPRT ${lprt}`]) {
      const { code, lines } = await peer.command(line);
      expect([line, code]).toEqual([line, 504]);
      expect(lines[0]).toContain("does not listen on");
    }
    peer.send("STOR taken"); // and the default data port is none
    expect((await peer.reply()).code).toBe(425);
    expect(reached).toBe(0);
  });

  test("a port of another SSH connection's, or of a session's, is not to be named either", async () => {
    await start();
    const [alice, mallory] = [await sshAs("alice"), await sshAs("mallory")];
    const forwarded = (await listen(alice, "127.0.0.1", 0)) as number;
    const waiting = await epsvPort(await sessionOf(alice));
    const peer = await sessionOf(mallory);
    for (const port of [forwarded, waiting, ftpPort(), server?.ssh?.port ?? 0]) {
      expect(await peer.code(`PORT ${comma(port)}`)).toBe(504);
    }
  });

  test("a listener that was cancelled since is not connected to, whoever has its port now", async () => {
    await start();
    const alice = await sshAs("alice");
    const port = (await listen(alice, "127.0.0.1", 0)) as number;
    const peer = await sessionOf(alice);
    expect(await peer.code(`PORT ${comma(port)}`)).toBe(200);
    await new Promise((resolve) => alice.unforwardIn("127.0.0.1", port, resolve));
    const other = createServer((socket) => socket.end()).listen(port, "127.0.0.1");
    await once(other, "listening");
    other.once("connection", () => {
      reached += 1;
    });
    expect(await peer.code("RETR a")).toBe(425);
    expect(reached).toBe(0);
    await new Promise((resolve) => other.close(resolve));
  });
});

describe("active mode through SSH", () => {
  test.each(["127.0.0.1", "localhost", "::1"])("goes to what the SSH connection listens on as %s", async (host) => {
    await start();
    const alice = await sshAs("alice");
    const port = (await listen(alice, host, 0)) as number;
    const peer = await sessionOf(alice);
    expect(await peer.code(host === "::1" ? `EPRT |2|::1|${port}|` : `PORT ${comma(port)}`)).toBe(200);
    const data = handedOver(alice);
    peer.send("RETR a");
    expect(await textOf(await data)).toBe("hello");
    expect([(await peer.reply()).code, (await peer.reply()).code]).toEqual([150, 226]);
  });

  test("uses the default data port, which takes no port of this machine", async () => {
    await start();
    const alice = await sshAs("alice");
    const peer = await sessionOf(alice);
    const [end] = parseSocketTable((await execute(alice, remoteSocketsCommand(ftpPort()))).stdout, ftpPort());
    expect(await listen(alice, "127.0.0.1", end?.port ?? 0)).toBe(end?.port);
    expect(listeningPortsOf(process.pid)).not.toContain(end?.port);
    const data = handedOver(alice);
    peer.send("RETR a");
    expect(await textOf(await data)).toBe("hello");
  });
});

test("TLS inside of SSH works", async () => {
  await start({ tls: makeCertificatePair() });
  const alice = await sshAs("alice");
  // As `ssh -L` does it.
  const local = createServer(async (socket) => {
    const channel = await channelTo(alice, ftpPort());
    socket
      .on("error", () => {})
      .pipe(channel)
      .pipe(socket);
  }).listen(0, "127.0.0.1");
  await once(local, "listening");
  const peer = await TestClient.connect({ port: (local.address() as AddressInfo).port });
  await peer.reply();
  expect(await peer.code("AUTH TLS")).toBe(234);
  await peer.secure();
  expect(await peer.code("USER alice")).toBe(331);
  expect(await peer.code("PASS secret")).toBe(230);
  peer[Symbol.dispose]();
  await new Promise((resolve) => local.close(resolve));
});

test("the log names the SSH client as the session's", async () => {
  await start();
  await sessionOf(await sshAs("alice"));
  const opened = events.find(({ type }) => type === "session.open");
  const login = events.find(({ type }) => type === "ssh-server.login");
  expect(opened).toMatchObject({ client: (login as { readonly client?: string } | undefined)?.client });
});

test("a lost SSH connection breaks an upload off: nothing is taken for a whole file", async () => {
  await start();
  const alice = await sshAs("alice");
  const peer = await sessionOf(alice);
  const data = await channelTo(alice, await epsvPort(peer));
  peer.send("STOR half");
  expect((await peer.reply()).code).toBe(150);
  data.write("half of it");
  await until("the server to have it", async () => events.some(({ type }) => type === "data.open"));
  alice.destroy();
  await until("the transfer to be over", async () => events.some(({ type }) => type === "data.close"));
  const closed = events.find((event) => event.type === "data.close");
  expect(closed).toMatchObject({ close: { how: expect.not.stringMatching("fin") } });
});
