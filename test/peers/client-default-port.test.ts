// S17: neither PORT nor PASV, and a second transfer while TCP still remembers the first.
import { afterAll, beforeAll, expect, test } from "vitest";
import { FtpClient, type TraceEvent } from "../../src/connect/index.ts";
import { MemoryFileSystem, openServer, type Server } from "../../src/index.ts";
import { startDefaultPortServer } from "../support/default-port-server.ts";
import { type FtpServer, startProftpd } from "../support/ftp-servers.ts";
import { describePeers } from "../support/missing.ts";
import { untilPortsAreFree } from "../support/other-ports.ts";
import { watchResources } from "../support/resources.ts";
import { startSshServer, type TestSshServer } from "../support/ssh-server.ts";
import { type Sshd, startSshd } from "../support/sshd.ts";

watchResources();

const content = Buffer.from("content ".repeat(20_000));

async function read(client: FtpClient, name: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of client.download(name)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

test("a server that goes by RFC 959 to the letter: several transfers", async () => {
  await using server = await startDefaultPortServer("content");
  await using client = await FtpClient.connect({
    host: "127.0.0.1",
    port: server.port,
    user: "me",
    mode: "default-port",
    pipeline: false,
  });
  for (let count = 0; count < 3; count += 1) expect(String(await read(client, "f"))).toBe("content");
  expect(client.modeReason).toBe("default-port was asked for");
});

describePeers([], "our own server", () => {
  let server: Server;
  const events: TraceEvent[] = [];
  beforeAll(async () => {
    server = await openServer({
      files: new MemoryFileSystem({ now: () => Date.now() }),
      users: [{ name: "alice", password: "secret" }],
      listen: [{ port: 0 }],
    });
  });
  afterAll(() => server.close());

  test("uploads, downloads and listings, one behind the other; what must wait says so", async () => {
    await using client = await FtpClient.connect({
      host: "127.0.0.1",
      port: server.listeners[0]?.port ?? 0,
      user: "alice",
      password: "secret",
      mode: "default-port",
      trace: (event) => events.push(event),
    });
    await client.upload(content, "f");
    expect((await read(client, "f")).equals(content)).toBe(true);
    expect((await client.list()).entries.map(({ name }) => name)).toEqual(["f"]);
    const refusals = events.filter((event) => event.type === "ftp.reply" && event.lines[0]?.startsWith("425"));
    const notes = events.filter((event) => event.type === "relay.note" && /TIME_WAIT/.test(event.note));
    expect(notes.length).toBe(refusals.length);
  });
});

describePeers(["proftpd"], "ProFTPD, which connects to the port below", () => {
  let server: FtpServer;
  beforeAll(async () => {
    server = await startProftpd();
  });
  afterAll(() => server.stop());

  test("two transfers, one behind the other", () =>
    untilPortsAreFree(async () => {
      await using client = await FtpClient.connect({
        host: "127.0.0.1",
        port: server.port,
        user: server.user,
        password: server.password,
        mode: "default-port",
      });
      await client.upload(content, "f");
      expect((await read(client, "f")).equals(content)).toBe(true);
    }));
});

describePeers(["sshd"], "S18: through an SSH host", () => {
  let server: Awaited<ReturnType<typeof startDefaultPortServer>>;
  let ours: TestSshServer;
  let sshd: Sshd;
  beforeAll(async () => {
    server = await startDefaultPortServer("content");
    ours = await startSshServer();
    sshd = await startSshd();
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await ours.stop();
    await sshd.stop();
  });

  const open = (host: Sshd | TestSshServer, transport: "openssh" | "embedded"): Promise<FtpClient> =>
    FtpClient.connect({
      host: "127.0.0.1",
      port: server.port,
      user: "me",
      mode: "default-port",
      via: { ssh: { host: host.hostAlias, configFile: host.configFile }, transport },
    });

  for (const transport of ["openssh", "embedded"] as const) {
    test(`${transport}: works where the SSH server shares ports`, async () => {
      await using client = await open(ours, transport);
      expect(String(await read(client, "f"))).toBe("content");
    });

    test(`${transport}: OpenSSH's server does not, and the error says so`, async () => {
      await using client = await open(sshd, transport);
      await expect(read(client, "f")).rejects.toMatchObject({
        code: "SSH_FORWARD_REFUSED",
        message: expect.stringContaining("needs SO_REUSEADDR on both"),
      });
    });
  }
});
