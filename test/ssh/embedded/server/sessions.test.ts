// Session channels: a few commands that stand for nothing, SFTP, and no shell.
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import type { ClientChannel } from "ssh2";
import { afterEach, expect, test } from "vitest";
import { MemoryFileSystem } from "../../../../src/filesystem/memory/memory-file-system.ts";
import { parseSocketTable, remoteSocketsCommand } from "../../../../src/ssh/remote-socket-list.ts";
import { watchResources } from "../../../support/resources.ts";
import { startSshServer, type TestSshServer } from "../../../support/ssh-server.ts";
import { execute, openDirect, openSftp, rawClient } from "./raw-client.ts";

watchResources();

let server: TestSshServer | undefined;
afterEach(() => server?.stop());

test.each(["true", "/bin/true", ":", " true "])('"%s" does nothing, with success', async (command) => {
  server = await startSshServer();
  await using raw = await rawClient(server.port);
  expect(await execute(raw.client, command)).toEqual({ status: 0, stdout: "", stderr: "" });
});

test.each(["ls", "true; id", "sh -c true", "sftp-server", "scp -t ."])('"%s" is not run', async (command) => {
  server = await startSshServer();
  await using raw = await rawClient(server.port);
  expect(await execute(raw.client, command)).toEqual({
    status: 127,
    stdout: "",
    stderr: "There is no shell here: this server forwards connections.\n",
  });
});

test("a shell on a terminal is refused in words that fit one", async () => {
  server = await startSshServer();
  await using raw = await rawClient(server.port);
  const channel = await new Promise<ClientChannel>((resolve, reject) => {
    raw.client.shell((error, opened) => (error === undefined ? resolve(opened) : reject(error)));
  });
  let words = "";
  channel.stderr.on("data", (data: Buffer) => {
    words += data.toString();
  });
  channel.resume();
  await once(channel, "close");
  expect(words).toBe("There is no shell here: this server forwards connections.\r\n");
});

test("the table of sockets has the client's own connections and no others", async () => {
  const target = createServer((socket) => void socket.resume()).listen(0, "127.0.0.1");
  await once(target, "listening");
  const { port } = target.address() as AddressInfo;
  server = await startSshServer();
  await using raw = await rawClient(server.port);
  await using other = await rawClient(server.port);
  const arrived = once(target, "connection");
  const channel = (await openDirect(raw.client, "127.0.0.1", port)) as ClientChannel;
  const [socket] = (await arrived) as [import("node:net").Socket];
  const mine = parseSocketTable((await execute(raw.client, remoteSocketsCommand(port))).stdout, port);
  expect(mine).toEqual([{ host: "127.0.0.1", port: socket.remotePort }]);
  expect((await execute(other.client, remoteSocketsCommand(port))).stdout).toBe("");
  channel.destroy();
  socket.destroy();
  await new Promise((resolve) => target.close(resolve));
});

test("without files there is no SFTP", async () => {
  server = await startSshServer();
  await using raw = await rawClient(server.port);
  await expect(openSftp(raw.client)).rejects.toThrow(/subsystem/i);
});

test("a user who has no files has no SFTP, and another one has", async () => {
  const files = new MemoryFileSystem({ now: () => 0 });
  server = await startSshServer({ files: ({ name }) => (name === "alice" ? files : undefined) });
  const as = (username: string) => ({ username, password: "right", privateKey: "" });
  await using alice = await rawClient(server.port, as("alice"));
  await using bob = await rawClient(server.port, as("bob"));
  (await openSftp(alice.client)).end();
  await expect(openSftp(bob.client)).rejects.toThrow(/subsystem/i);
});

test("ten sessions at the same time, not eleven; one that ends makes room", async () => {
  const files = new MemoryFileSystem({ now: () => 0 });
  server = await startSshServer({ files: () => files });
  await using raw = await rawClient(server.port);
  const sessions = await Promise.all(Array.from({ length: 10 }, () => openSftp(raw.client)));
  await expect(openSftp(raw.client)).rejects.toMatchObject({ reason: 1 });
  const closed = once(sessions[0] as never, "close");
  sessions[0]?.end();
  await closed;
  (await openSftp(raw.client)).end();
});

test("a client that said no-more-sessions gets none", async () => {
  server = await startSshServer();
  await using raw = await rawClient(server.port);
  await new Promise((resolve) => raw.client.openssh_noMoreSessions(resolve as never));
  await expect(execute(raw.client, "true")).rejects.toMatchObject({ reason: 1 });
});
