// An SSH server beside the FTP server: who comes in, and how far.
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import type { ClientChannel, ConnectConfig, SFTPWrapper } from "ssh2";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openServer, type Server, type ServerOptions } from "../../../src/index.ts";
import type { TraceEvent } from "../../../src/platform/trace.ts";
import { loginFailure, openDirect, openSftp, rawClient } from "../../ssh/embedded/server/raw-client.ts";
import { watchResources } from "../../support/resources.ts";
import { clientKey, makeSshKey } from "../../support/ssh-keys.ts";
import { makeTempDir, type TempDir } from "../../support/tempdir.ts";
import { TestClient } from "../../support/test-client.ts";

watchResources();

let dir: TempDir;
let server: Server | undefined;
let events: TraceEvent[];
beforeEach(() => {
  dir = makeTempDir("serve-ssh");
  mkdirSync(dir.file("files"));
  mkdirSync(dir.file("keys"));
  writeFileSync(dir.file("files/a"), "hello");
  writeFileSync(dir.file("keys/alice"), clientKey().publicKey);
  events = [];
});
afterEach(async () => {
  await server?.[Symbol.asyncDispose]();
  server = undefined;
  dir.remove();
});

async function start(more: Partial<ServerOptions> = {}, ssh: ServerOptions["ssh"] = {}): Promise<number> {
  server = await openServer({
    files: dir.file("files"),
    listen: [{ port: 0 }],
    users: [{ name: "alice", password: "secret" }],
    ssh: { port: 0, hostKeyFile: dir.file("host_key"), authorizedKeysFile: dir.file("keys/%u"), ...ssh },
    trace: (event) => events.push(event),
    ...more,
  });
  return server.ssh?.port ?? 0;
}

const ftpPort = (): number => server?.listeners[0]?.port ?? 0;
const byPassword = (username: string, password: string): ConnectConfig => ({
  username,
  password,
  privateKey: "",
  authHandler: ["password"],
});
const byKey = (username: string): ConnectConfig => ({ username });

const readText = (sftp: SFTPWrapper, path: string): Promise<string> =>
  new Promise((resolve, reject) => sftp.readFile(path, (error, data) => (error ? reject(error) : resolve(`${data}`))));
const writeText = (sftp: SFTPWrapper, path: string, text: string): Promise<string> =>
  new Promise((resolve) => sftp.writeFile(path, text, (error) => resolve(error ? error.message : "written")));

test("a user of the FTP server comes in by password and by key, and sees the same files", async () => {
  const port = await start();
  for (const config of [byPassword("alice", "secret"), byKey("alice")]) {
    await using raw = await rawClient(port, config);
    expect(await readText(await openSftp(raw.client), "/a")).toBe("hello");
  }
  expect(events.filter(({ type }) => type === "ssh-server.login")).toMatchObject([
    { user: "alice", method: "password", session: 0 },
    { user: "alice", method: "publickey", session: 0 },
  ]);
});

test("nobody else does: not with a wrong password, another key, another name, or as anonymous", async () => {
  writeFileSync(dir.file("keys/mallory"), clientKey().publicKey); // no user of this server
  const port = await start({ anonymous: "read" });
  expect(await loginFailure(port, { ...byKey("alice"), privateKey: makeSshKey().privateKey })).not.toBe("none");
  expect(await loginFailure(port, byKey("mallory"))).not.toBe("none");
  expect(await loginFailure(port, byKey("../keys/alice"))).not.toBe("none");
  expect(await loginFailure(port, byPassword("anonymous", "me@example.org"))).not.toBe("none");
});

test("wrong passwords count together, by FTP or by SSH", async () => {
  const port = await start();
  const peer = await TestClient.connect({ port: ftpPort() });
  await peer.reply(); // the greeting
  await peer.command("USER alice");
  expect((await peer.command("PASS wrong")).code).toBe(530);
  peer[Symbol.dispose]();
  const before = performance.now();
  await using _raw = await rawClient(port, byPassword("alice", "secret"));
  expect(performance.now() - before).toBeGreaterThan(900);
});

test("a directory and read-only of a user's own hold by SFTP, too", async () => {
  mkdirSync(dir.file("own"));
  writeFileSync(dir.file("own/b"), "own");
  const port = await start({
    users: [{ name: "reader", password: "secret", directory: dir.file("own"), readOnly: true }],
  });
  await using raw = await rawClient(port, byPassword("reader", "secret"));
  const sftp = await openSftp(raw.client);
  expect(await readText(sftp, "/b")).toBe("own");
  expect(await writeText(sftp, "/b", "changed")).toMatch(/nothing can be changed|permission denied/i);
  await expect(readText(sftp, "/a")).rejects.toThrow();
});

test("the hook for passwords is asked for those whom nobody knows, by SSH, too", async () => {
  const seen: unknown[] = [];
  const port = await start({
    authenticate: async ({ user, password, secure }) => {
      seen.push({ user, password, secure });
      return undefined;
    },
  });
  await loginFailure(port, byPassword("jürgen", "größe"));
  const bytes = (text: string): string => Buffer.from(text).toString("latin1");
  expect(seen).toEqual([{ user: bytes("jürgen"), password: bytes("größe"), secure: true }]);
});

test("a client reaches the FTP server and nothing else", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const port = await start();
  await using raw = await rawClient(port, byKey("alice"));
  for (const host of ["localhost", "127.0.0.1"]) {
    const channel = (await openDirect(raw.client, host, ftpPort())) as ClientChannel;
    expect(String((await once(channel, "data"))[0])).toMatch(/^220 /);
    channel.destroy();
  }
  expect(await openDirect(raw.client, "127.0.0.1", (other.address() as AddressInfo).port)).toMatchObject({ reason: 1 });
  await new Promise((resolve) => other.close(resolve));
});

test("permitOpen lets clients go further", async () => {
  const other = createServer((socket) => socket.end("there")).listen(0, "127.0.0.1");
  await once(other, "listening");
  const target = (other.address() as AddressInfo).port;
  const port = await start({}, { permitOpen: [`127.0.0.1:${target}`] });
  await using raw = await rawClient(port, byKey("alice"));
  const channel = (await openDirect(raw.client, "127.0.0.1", target)) as ClientChannel;
  expect(String((await once(channel, "data"))[0])).toBe("there");
  channel.destroy();
  await new Promise((resolve) => other.close(resolve));
});

test("the same host key meets clients after a restart", async () => {
  await start();
  const first = server?.ssh?.hostKey;
  await server?.[Symbol.asyncDispose]();
  await start();
  expect(server?.ssh?.hostKey).toBe(first);
  expect(first).toMatch(/^ssh-ed25519 /);
});

test("a port that is taken fails the whole server, and leaves nothing listening", async () => {
  const port = await start();
  const running = server;
  await expect(start({}, { port })).rejects.toMatchObject({ code: "NET_ADDRESS_IN_USE" });
  server = running;
});

test("without `ssh` there is none", async () => {
  server = await openServer({ files: dir.file("files"), listen: [{ port: 0 }], anonymous: "read" });
  expect(server.ssh).toBeUndefined();
});
