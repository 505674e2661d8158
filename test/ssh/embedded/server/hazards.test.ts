// Hazards of SSH servers, by name.
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { afterEach, describe, expect, test } from "vitest";
import { systemNetwork } from "../../../../src/network/system-network.ts";
import { limits } from "../../../../src/protocol/limits.ts";
import { pauseWhileUnread } from "../../../../src/ssh/embedded/server/client-connection.ts";
import { watchResources } from "../../../support/resources.ts";
import { makeSshKey } from "../../../support/ssh-keys.ts";
import { startSshServer, type TestSshServer } from "../../../support/ssh-server.ts";
import { until } from "../../../support/until.ts";
import { openDirect, rawClient } from "./raw-client.ts";

watchResources();

let server: TestSshServer | undefined;
afterEach(() => server?.stop());

/** The lists of the server's KEXINIT, as text among other bytes. */
async function offer(port: number): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let text = "";
  socket.on("data", (data: Buffer) => {
    text += data.toString("latin1");
  });
  socket.write("SSH-2.0-Test\r\n");
  await until("the offer", () => text.includes("hmac-sha2-256"));
  socket.end();
  await once(socket, "close");
  return text;
}

describe("what the server offers", () => {
  test("Terrapin: strict key exchange", async () => {
    server = await startSshServer();
    expect(await offer(server.port)).toContain("kex-strict-s-v00@openssh.com");
  });

  test("downgrade: no CBC, no key exchange with SHA-1, no DSA, no MD5, no RSA signature with SHA-1, no compression", async () => {
    server = await startSshServer();
    const text = await offer(server.port);
    expect(text).not.toMatch(/-cbc|-group1-|group14-sha1|exchange-sha1|ssh-dss|md5|[^-]ssh-rsa|zlib/);
  });
});

test("a host key that is none is refused before anything listens, and is in no message", async () => {
  await expect(startSshServer({ hostKeys: ["-----BEGIN SECRET-----"] })).rejects.toMatchObject({
    code: "CONFIG_INVALID",
    message: expect.not.stringContaining("SECRET"),
  });
  await expect(startSshServer({ hostKeys: [makeSshKey("ed25519", "locked").privateKey] })).rejects.toMatchObject({
    code: "CONFIG_INVALID",
  });
  await expect(startSshServer({ hostKeys: [makeSshKey("rsa").privateKey] })).rejects.toMatchObject({
    code: "CONFIG_INVALID",
    message: "a host key of type ssh-rsa is not used here",
  });
  await expect(startSshServer({ hostKeys: [] })).rejects.toMatchObject({ code: "CONFIG_INVALID" });
});

test("unbounded buffers: a client that reads no answers is not read either until it does", () => {
  let takeOver = (): void => {};
  const stream = new Duplex({
    read: () => {},
    write: (_chunk, _encoding, done) => {
      takeOver = done;
    },
  });
  pauseWhileUnread(stream);
  stream.push("question");
  return new Promise<void>((resolve) => {
    setImmediate(() => {
      expect(stream.isPaused()).toBe(false);
      stream.write(Buffer.alloc(limits.sshServerUnreadBytesMax + 1));
      stream.push("another");
      setImmediate(() => {
        expect(stream.isPaused()).toBe(true);
        stream.once("resume", () => resolve());
        takeOver();
      });
    });
  });
});

test("unbounded channels: more than the limit on one connection are refused with reason 4", async () => {
  server = await startSshServer({
    network: {
      name: "a network where nobody answers",
      listen: (options) => systemNetwork.listen(options),
      connect: ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true })),
    },
    sharesPorts: false,
  });
  await using raw = await rawClient(server.port);
  raw.client.setMaxListeners(0);
  for (let at = 0; at < limits.sshServerChannelsMax; at += 1) void openDirect(raw.client, "10.0.0.1", 21);
  expect(await openDirect(raw.client, "10.0.0.1", 21)).toMatchObject({ reason: 4 });
});

test("a client that vanishes leaves nothing: connections break, listeners close", async () => {
  server = await startSshServer();
  const target = createServer().listen(0, "127.0.0.1");
  await once(target, "listening");
  const { port } = target.address() as AddressInfo;
  const raw = await rawClient(server.port);
  const arrived = once(target, "connection");
  await openDirect(raw.client, "127.0.0.1", port);
  const [socket] = (await arrived) as [Socket];
  socket.resume();
  const broken = once(socket, "error");
  raw.client.destroy();
  expect((await broken)[0]).toMatchObject({ code: "ECONNRESET" });
  const { server: ours } = server;
  await until("nothing open", () => ours.open.length === 0);
  await new Promise((resolve) => target.close(resolve));
});

test("closing the server ends its clients; idempotent", async () => {
  server = await startSshServer();
  const raw = await rawClient(server.port);
  const closed = once(raw.client, "close");
  await Promise.all([server.server[Symbol.asyncDispose](), server.server[Symbol.asyncDispose]()]);
  await server.server.closed;
  await closed;
  expect(server.server.open).toEqual([]);
});

test("an aborted signal closes the server, and one that is aborted before keeps it from opening", async () => {
  const controller = new AbortController();
  server = await startSshServer({ signal: controller.signal });
  controller.abort(new Error("enough"));
  await server.server.closed;
  await expect(startSshServer({ signal: controller.signal })).rejects.toThrow("enough");
});
