// TLS on both sides of the gateway, each independent of the other, with a server that wants its data connections to resume
// the control connection's TLS session. What the certificates are, and what breaks.
import { once } from "node:events";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { createSecureContext, createServer, TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ClientTls, FtpClient } from "../../src/connect/index.ts";
import type { DownstreamTlsPolicy, UpstreamTlsPolicy } from "../../src/gateway/environment.ts";
import { openServer, type Server, type TunnelServerTls } from "../../src/index.ts";
import { downstreamTls, upstreamTls } from "../../src/tunnel/tls-policies.ts";
import { makeCertificatePair } from "../support/certificate.ts";
import { expiredCertificate } from "../support/expired-certificate.ts";
import { watchResources } from "../support/resources.ts";
import { makeTempDir, type TempDir } from "../support/tempdir.ts";
import { received, TestClient } from "../support/test-client.ts";
import { type GatewayHarness, newShared, startGateway } from "./gateway-harness.ts";
import { file } from "./scripts.ts";

watchResources();

const pair = makeCertificatePair();
const ca = pair.certificate;
const content = file(700_001);
const alice = { user: "alice", password: "secret" };

let files: TempDir;
beforeAll(() => {
  files = makeTempDir("tls");
});
afterAll(() => files.remove());

const serve = (tls: Partial<Parameters<typeof openServer>[0]["tls"]> | "none", implicitTls = false): Promise<Server> =>
  openServer({
    files: files.path,
    users: [{ name: alice.user, password: alice.password }],
    sync: false,
    listen: [{ port: 0, implicitTls }],
    ...(tls === "none" ? {} : { tls: { ...pair, ...tls } }),
  });

const forwardTo = (port: number, implicitTls = false) => ({ port: 0, host: "127.0.0.1", hostPort: port, implicitTls });

interface Sides {
  readonly upstream?: TunnelServerTls;
  readonly downstream?: "explicit" | "implicit";
  readonly required?: boolean;
}

function policies(port: number, { upstream, downstream, required = false }: Sides) {
  const up: UpstreamTlsPolicy | undefined = upstream && upstreamTls(forwardTo(port), upstream);
  const forward = forwardTo(port, downstream === "implicit");
  const down: DownstreamTlsPolicy | undefined = downstream && downstreamTls(forward, { ...pair, required });
  return { ...(up && { upstreamTls: up }), ...(down && { downstreamTls: down }) };
}

async function gatewayTo(port: number, sides: Sides): Promise<GatewayHarness> {
  return startGateway({ target: { host: "127.0.0.1", port }, ...policies(port, sides) });
}

const connectTo = ({ host, port }: { host: string; port: number }, kind?: ClientTls["kind"]): Promise<FtpClient> =>
  FtpClient.connect({ host, port, ...alice, ...(kind && { tls: { kind, ca } }) });

async function expectThereAndBack(client: FtpClient): Promise<void> {
  for (const name of ["first", "second"]) {
    await client.upload(content, name);
    const chunks: Buffer[] = [];
    for await (const chunk of client.download(name)) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).equals(content)).toBe(true);
  }
  expect((await client.list()).entries.map(({ name }) => name)).toContain("second");
}

async function logInProtected(client: TestClient, prot: string): Promise<void> {
  await client.ask("PBSZ 0", 200);
  await client.ask(prot, 200);
  await client.ask("USER alice", 331);
  await client.ask("PASS secret", 230);
}

const commandsOf = ({ trace }: GatewayHarness): string[] =>
  trace.flatMap((event) => (event.type === "ftp.command" && event.side === "upstream" ? [event.line] : []));

/** What the server demands; what the gateway does about it; what the client wants. */
const upstreams = [
  ["no TLS", undefined, false],
  ["TLS, found out (auto)", { mode: "auto", ca }, false],
  ["TLS, required", { mode: "require", ca }, false],
  ["TLS, implicit", { mode: "implicit", ca }, true],
] as const;

for (const [behind, upstream, implicitTls] of upstreams) {
  for (const downstream of [undefined, "explicit", "implicit"] as const) {
    test(`${downstream ?? "no TLS"} in front, ${behind} behind: there and back, twice`, async () => {
      await using server = await serve(
        upstream === undefined ? "none" : { required: true, requireReuse: true },
        implicitTls,
      );
      await using gateway = await gatewayTo(server.listeners[0]?.port ?? 0, {
        ...(upstream && { upstream }),
        ...(downstream && { downstream }),
      });
      await using client = await connectTo(gateway, downstream);
      expect(client.secure).toBe(downstream !== undefined);
      await expectThereAndBack(client);
      expect(commandsOf(gateway).includes("PROT P")).toBe(upstream !== undefined);
    });
  }
}

test("auto: the second session begins with AUTH TLS, and the name is sent inside TLS only", async () => {
  await using server = await serve({ required: true });
  await using gateway = await gatewayTo(server.listeners[0]?.port ?? 0, { upstream: { mode: "auto", ca } });
  for (const session of [1, 2]) {
    await using client = await connectTo(gateway);
    expect(client.secure).toBe(false);
    const first = gateway.trace.find(
      (event) => event.session === session && event.type === "ftp.command" && event.side === "upstream",
    );
    expect(first).toMatchObject({ line: session === 1 ? "USER alice" : "AUTH TLS" });
  }
});

describe("certificates", () => {
  const keyOf = async (): Promise<string> => {
    const { createHash, createPublicKey } = await import("node:crypto");
    const spki = createPublicKey(Buffer.from(ca)).export({ type: "spki", format: "der" });
    return `sha256//${createHash("sha256").update(spki).digest("base64")}`;
  };
  const greetingOf = async (upstream: TunnelServerTls, tls: object = {}): Promise<string | undefined> => {
    await using server = await serve({ required: true, ...tls });
    await using gateway = await gatewayTo(server.listeners[0]?.port ?? 0, { upstream });
    await using client = await TestClient.connect(gateway);
    return await client.nextReply();
  };

  test("a self-signed one is told with its key and the options, once", async () => {
    const reply = (await greetingOf({ mode: "require" })) ?? "";
    expect(reply).toMatch(/^421 the certificate of 127\.0\.0\.1:\d+ is not trusted: it is self-signed/);
    expect(reply).toContain(`--server-tls-ca FILE`);
    expect(reply).toContain(`--server-tls-pin ${await keyOf()}`);
  });

  test("one for another name", async () => {
    const reply = await greetingOf({ mode: "require", ca, servername: "elsewhere" });
    expect(reply).toMatch(/^421 .* is not trusted: it is for another name .*--server-tls-name NAME/);
  });

  test("an expired one", async () => {
    const reply = await greetingOf({ mode: "require", ca: expiredCertificate.certificate }, expiredCertificate);
    expect(reply).toMatch(/^421 .* is not trusted: it has expired/);
  });

  test("another key than the pinned one", async () => {
    const reply = await greetingOf({ mode: "require", pins: [`sha256//${"A".repeat(43)}=`] });
    expect(reply).toMatch(/^421 .* is not trusted: its key is another one than was given/);
  });

  test.each([
    ["its key alone", async () => ({ pins: [`sha256//${"A".repeat(43)}=`, await keyOf()] }), {}],
    ["its key and its issuer", async () => ({ ca, pins: [await keyOf()] }), {}],
    ["its name, not the host's", async () => ({ ca, servername: "localhost" }), {}],
    ["no check, though it has expired", async () => ({ insecure: true }), expiredCertificate],
  ] as const)("good: %s; data connections too", async (_what, trust, tls) => {
    await using server = await serve({ required: true, requireReuse: true, ...tls });
    const upstream = { mode: "require", ...(await trust()) } as const;
    await using gateway = await gatewayTo(server.listeners[0]?.port ?? 0, { upstream });
    await using client = await connectTo(gateway);
    await expectThereAndBack(client);
  });

  test("implicit: told with 421 as well", async () => {
    await using server = await serve({}, true);
    await using gateway = await gatewayTo(server.listeners[0]?.port ?? 0, { upstream: { mode: "implicit" } });
    await using client = await TestClient.connect(gateway);
    expect(await client.nextReply()).toMatch(/^421 the certificate of .* is not trusted: it is self-signed/);
  });
});

test("a client that shakes no hands on its data connection is told, and nothing is left open", async () => {
  await using server = await serve("none");
  await using gateway = await gatewayTo(server.listeners[0]?.port ?? 0, { downstream: "explicit" });
  await using client = await TestClient.connect(gateway);
  await client.expect(220);
  await client.ask("AUTH TLS", 234);
  await client.secure();
  await logInProtected(client, "PROT P");
  const data = await client.passive();
  await client.ask("STOR clear", 150);
  const end = received(data);
  data.write("not TLS\r\n");
  const reply = await client.nextReply();
  expect(reply).toMatch(/^4\d\d /);
  await end;
});

describe("joined sessions", () => {
  async function join(first: string, second: string): Promise<string | undefined> {
    await using server = await serve("none");
    const port = server.listeners[0]?.port ?? 0;
    const shared = newShared();
    await using gateway = await startGateway({
      target: { host: "127.0.0.1", port },
      shared,
      ...policies(port, { downstream: "explicit" }),
    });
    const open = async (prot: string): Promise<TestClient> => {
      const client = await TestClient.connect(gateway);
      await client.expect(220);
      await client.ask("AUTH TLS", 234);
      await client.secure();
      await logInProtected(client, prot);
      return client;
    };
    await using source = await open(first);
    await using sink = await open(second);
    await source.ask("TYPE I", 200);
    await sink.ask("TYPE I", 200);
    await sink.ask(`PORT ${(await source.ask("PASV", 227)).match(/\((.*)\)/)?.[1]}`, 200);
    source.send("RETR first");
    sink.send("STOR third");
    await sink.expect(150);
    return await sink.nextReply();
  }

  beforeAll(async () => {
    await using server = await serve("none");
    const { port = 0 } = server.listeners[0] ?? {};
    await using client = await connectTo({ host: "127.0.0.1", port });
    await client.upload(content, "first");
  });

  test("both protected: the file goes from server to server", async () => {
    expect(await join("PROT P", "PROT P")).toMatch(/^226 /);
  });

  test("one protected and one not: refused", async () => {
    expect(await join("PROT P", "PROT C")).toMatch(/^425 .*PROT P/);
  });
});

test("data that ends without TLS's own end is a break, whatever the server says of it", async () => {
  const sockets = new Set<TLSSocket>();
  const raws = new Set<Socket>();
  const data = createTcpServer({ allowHalfOpen: true });
  data.listen(0, "127.0.0.1");
  await once(data, "listening");
  const dataPort = (data.address() as AddressInfo).port;
  data.on("connection", (raw) => {
    raws.add(raw);
    raw.on("error", () => {});
    const secure = new TLSSocket(raw, {
      isServer: true,
      secureContext: createSecureContext({ cert: pair.certificate, key: pair.key }),
    });
    secure.on("error", () => {});
    // The end of TCP alone: somebody in between can say that.
    secure.once("secure", () => secure.write("half a file", () => raw.end()));
  });
  const server = createServer({ cert: pair.certificate, key: pair.key }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.write("220 ready\r\n");
    const replies: Readonly<Record<string, string>> = {
      USER: "331 password",
      PASS: "230 welcome",
      EPSV: `229 ok (|||${dataPort}|)`,
      RETR: "150 here\r\n226 done",
    };
    socket.on("data", (bytes) => {
      for (const line of bytes.toString().split("\r\n").slice(0, -1))
        socket.write(`${replies[line.split(" ", 1)[0] ?? ""] ?? "200 ok"}\r\n`);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const port = (server.address() as AddressInfo).port;
    await using gateway = await gatewayTo(port, { upstream: { mode: "implicit", ca } });
    await using client = await TestClient.loggedIn(gateway);
    const connection = await client.passive();
    const end = received(connection);
    await client.ask("RETR f", 150);
    expect(await client.nextReply()).toMatch(/^426 .*close_notify/);
    expect((await end).how).toBe("reset");
  } finally {
    for (const socket of [...sockets, ...raws]) socket.destroy();
    server.close();
    data.close();
  }
});
