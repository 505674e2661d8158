// Our client through an SSH host: the same session, and nothing listens here.
import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  connectFtp,
  connectSsh,
  FtpClient,
  type FtpClientOptions,
  removeDirectory,
  uploadDirectory,
} from "../../src/connect/index.ts";
import { type FtpServer, ftpServers } from "../support/ftp-servers.ts";
import { listeningPortsOf } from "../support/listening.ts";
import { describePeers } from "../support/missing.ts";
import { watchResources } from "../support/resources.ts";
import { type Sshd, startSshd } from "../support/sshd.ts";
import { makeTempDir } from "../support/tempdir.ts";

watchResources();

const content = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => (index * 13 + (index >> 10)) & 255));

for (const kind of ["vsftpd", "proftpd"] as const) {
  describePeers(["sshd", kind], `${kind} through sshd`, () => {
    let server: FtpServer;
    let sshd: Sshd;
    beforeAll(async () => {
      [server, sshd] = await Promise.all([ftpServers[kind](), startSshd()]);
    });
    afterAll(async () => {
      await Promise.all([server.stop(), sshd.stop()]);
    });

    const options = (more: Partial<FtpClientOptions>): FtpClientOptions => ({
      host: "127.0.0.1",
      port: server.port,
      user: server.user,
      password: server.password,
      ...more,
    });
    const ssh = (): { host: string; configFile: string } => ({ host: sshd.hostAlias, configFile: sshd.configFile });

    for (const transport of ["openssh", "embedded"] as const) {
      test.each(["auto", "passive", "active"] as const)(`${transport}, %s: there and back, twice`, async (mode) => {
        await using client = await FtpClient.connect(options({ mode, via: { ssh: ssh(), transport } }));
        for (const name of ["one", "two"]) {
          expect(await client.upload(content, name)).toMatchObject({ verified: "size" });
          const chunks: Buffer[] = [];
          for await (const chunk of client.download(name)) chunks.push(chunk as Buffer);
          expect(Buffer.concat(chunks).equals(content)).toBe(true);
        }
        expect((await client.list()).entries.map(({ name }) => name)).toEqual(expect.arrayContaining(["one", "two"]));
        expect(listeningPortsOf(process.pid)).toEqual([]);
      });

      test(`${transport}: an aborted download leaves a session that works`, async () => {
        await using client = await FtpClient.connect(options({ via: { ssh: ssh(), transport } }));
        await client.upload(content, "one");
        for await (const _ of client.download("one")) break;
        expect(await client.size("one")).toBe(content.length);
      });

      test(`${transport}: default-port says what it would need`, async () => {
        await using client = await FtpClient.connect(options({ mode: "passive", via: { ssh: ssh(), transport } }));
        client.setMode("default-port");
        await expect(client.list()).rejects.toMatchObject({
          code: "NET_UNSUPPORTED",
          hint: expect.stringContaining("must begin in mode default-port"),
        });
        client.setMode("auto");
        expect((await client.list()).unread).toEqual([]);
      });
    }

    test("several clients share one SSH connection", async () => {
      await using via = await connectSsh({ ssh: ssh() });
      const clients = await Promise.all([0, 1, 2].map(() => FtpClient.connect(options({ via }))));
      await Promise.all(clients.map((client, index) => client.upload(content, `shared${index}`)));
      expect(server.content("shared2").equals(content)).toBe(true);
      expect(sshd.connections().length).toBe(1);
      await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()));
    });

    test("the SSH connection of one client carries its other sessions too, and is closed with it", async () => {
      const dir = makeTempDir("up");
      try {
        for (let at = 0; at < 6; at += 1) writeFileSync(dir.file(`${at}`), content);
        const client = await connectFtp(options({ via: { ssh: ssh() } }));
        const up = await uploadDirectory(client, dir.path, "several", { sessions: 3 });
        expect(up).toMatchObject({ files: 6, bytes: 6 * content.length });
        expect(sshd.connections().length).toBe(1);
        expect(await removeDirectory(client, "several")).toBe(true);
        await client[Symbol.asyncDispose]();
        await expect.poll(() => sshd.connections().length).toBe(0);
      } finally {
        dir.remove();
      }
    });

    test("an SSH connection that is lost in mid-transfer is made again when retries are allowed", async () => {
      await using client = await FtpClient.connect(options({ via: { ssh: ssh() } }));
      await client.upload(content, "one");
      let killed = false;
      const chunks: Buffer[] = [];
      const stream = client.download("one", { retries: 3 });
      for await (const chunk of stream) {
        chunks.push(chunk as Buffer);
        if (killed) continue;
        killed = true;
        await sshd.killConnections();
      }
      expect(Buffer.concat(chunks).equals(content)).toBe(true);
      expect((await stream.result).attempts).toBeGreaterThan(1);
      expect(await client.size("one")).toBe(content.length);
    });

    test("an SSH connection that is lost in mid-transfer is an error, not half a file", async () => {
      await using client = await FtpClient.connect(options({ via: { ssh: ssh() } }));
      await client.upload(content, "one");
      const down = (async () => {
        for await (const _ of client.download("one")) await sshd.killConnections();
      })();
      await expect(down).rejects.toMatchObject({ code: expect.stringMatching(/^FTP_TRANSFER$|^SSH_/) });
      expect(await client.closed).toMatchObject({ code: expect.stringMatching(/^SSH_|^NET_/) });
    });
  });
}
