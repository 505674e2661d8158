// Our client inside TLS with real servers that demand that the data connection resumes the control connection's session.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ClientTls, FtpClient, type FtpClientOptions, transferBetween } from "../../src/connect/index.ts";
import { openServer, type Server } from "../../src/index.ts";
import { makePublicCertificate } from "../support/certificate.ts";
import { type FtpServer, startProftpd, startVsftpd } from "../support/ftp-servers.ts";
import { describePeers } from "../support/missing.ts";
import { watchResources } from "../support/resources.ts";
import { makeTempDir, type TempDir } from "../support/tempdir.ts";
import { proftpdTlsLines, vsftpdTlsLines } from "../support/tls-lines.ts";

watchResources();

const content = Buffer.from(Array.from({ length: 500_000 }, (_, index) => (index * 11 + (index >> 8)) & 255));

let keys: ReturnType<typeof makePublicCertificate>;
let ca: Buffer;
beforeAll(() => {
  keys = makePublicCertificate();
  ca = keys.certificate;
});
afterAll(() => keys.remove());

async function expectThereAndBack(options: FtpClientOptions): Promise<void> {
  await using client = await FtpClient.connect(options);
  expect(client.secure).toBe(true);
  for (const name of ["first", "second"]) {
    expect(await client.upload(content, name)).toMatchObject({ verified: "size" });
    const chunks: Buffer[] = [];
    for await (const chunk of client.download(name)) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).equals(content)).toBe(true);
  }
  const { entries } = await client.list();
  expect(entries.map((entry) => entry.name)).toEqual(expect.arrayContaining(["first", "second"]));
}

const placeOf = ({ port, user, password }: FtpServer): FtpClientOptions => ({
  host: "127.0.0.1",
  port,
  user,
  password,
  tls: { ca },
});

const versions = ["TLSv1.2", "TLSv1.3"] as const;
const modes = ["passive", "active"] as const;

/** Servers that take a data connection only inside the control connection's TLS session, and no password outside of it. */
const servers: Readonly<Record<"vsftpd" | "proftpd-tls", (kind: ClientTls["kind"]) => Promise<FtpServer>>> = {
  vsftpd: (kind) => startVsftpd({ lines: vsftpdTlsLines(keys, kind) }),
  "proftpd-tls": (kind) => startProftpd({ lines: proftpdTlsLines(keys, kind) }),
};

for (const name of ["vsftpd", "proftpd-tls"] as const) {
  for (const kind of ["explicit", "implicit"] as const) {
    describePeers([name], `${name} that demands session reuse, ${kind}`, () => {
      let server: FtpServer;
      beforeAll(async () => {
        server = await servers[name](kind);
      });
      afterAll(() => server.stop());

      for (const maxVersion of versions) {
        test.each(modes)(`${maxVersion}, %s: there and back, twice`, async (mode) => {
          const { port, user, password } = server;
          const tls = { kind, ca, maxVersion };
          await expectThereAndBack({ host: "127.0.0.1", port, user, password, mode, tls });
        });
      }

      test("a certificate that nobody vouches for is refused", async () => {
        const connecting = FtpClient.connect({ host: "127.0.0.1", port: server.port, tls: { kind } });
        await expect(connecting).rejects.toMatchObject({ code: "NET_TLS", hint: expect.stringContaining("ca") });
      });

      if (kind === "implicit") return;
      test("an upload that is aborted in the middle leaves a session that works", async () => {
        const { port, user, password } = server;
        await using client = await FtpClient.connect({ host: "127.0.0.1", port, user, password, tls: { kind, ca } });
        const stop = new AbortController();
        async function* endless(): AsyncGenerator<Uint8Array> {
          for (let count = 0; ; count += 1) {
            if (count === 20) stop.abort(new Error("enough"));
            yield content;
          }
        }
        await expect(client.upload(endless(), "aborted", { signal: stop.signal })).rejects.toThrow("enough");
        expect(await client.upload(content, "whole")).toMatchObject({ verified: "size" });
      });

      test("a login in the clear is refused, and the error says what helps", async () => {
        const { port, user, password } = server;
        const connecting = FtpClient.connect({ host: "127.0.0.1", port, user, password });
        await expect(connecting).rejects.toMatchObject({ code: "FTP_LOGIN", hint: expect.stringContaining("TLS") });
      });
    });
  }
}

describePeers(["vsftpd", "proftpd-tls"], "from server to server inside TLS (S16)", () => {
  test("one server becomes the TLS client of the other (SSCN), and both sessions are as before", async () => {
    const lines = [...proftpdTlsLines(keys, "explicit", ["NoSessionReuseRequired"]), "AllowForeignAddress on"];
    await using one = await startProftpd({ lines });
    await using other = await startProftpd({ lines });
    await using source = await FtpClient.connect(placeOf(one));
    await using destination = await FtpClient.connect(placeOf(other));
    await source.upload(content, "f");
    expect(await transferBetween(source, destination, "f", "copy")).toMatchObject({ verified: "size" });
    expect(other.content("copy").equals(content)).toBe(true);
    expect(other.log()).toContain("SSCN ON");
    await expect(transferBetween(source, destination, "missing", "x")).rejects.toMatchObject({
      details: { reply: 550 },
    });
    await destination.upload(content, "after");
    expect((await destination.list()).entries.map(({ name }) => name)).toContain("after");
    expect(await transferBetween(destination, source, "copy", "back")).toMatchObject({ verified: "size" });
  });

  test("servers that can only be TLS servers are told so, before anything is done to a file", async () => {
    await using server = await startVsftpd({ lines: vsftpdTlsLines(keys, "explicit") });
    await using source = await FtpClient.connect(placeOf(server));
    await using destination = await FtpClient.connect(placeOf(server));
    await source.upload(content, "f");
    await expect(transferBetween(source, destination, "f", "copy")).rejects.toMatchObject({
      code: "NET_UNSUPPORTED",
      message: expect.stringContaining("they offer no SSCN or CPSV"),
    });
    expect(server.log()).not.toContain("STOR copy");
  });
});

describe("our own server with requireReuse", () => {
  let server: Server;
  let files: TempDir;
  beforeAll(async () => {
    files = makeTempDir("own");
    server = await openServer({
      files: files.path,
      users: [{ name: "alice", password: "secret" }],
      sync: false,
      listen: [{ port: 0 }, { port: 0, implicitTls: true }],
      tls: { certificate: ca, key: keys.key, requireReuse: true, required: true },
    });
  });
  afterAll(async () => {
    await server.close();
    files.remove();
  });

  for (const [index, kind] of (["explicit", "implicit"] as const).entries()) {
    for (const maxVersion of versions) {
      test.each(modes)(`${kind}, ${maxVersion}, %s: there and back, twice`, async (mode) => {
        const port = server.listeners[index]?.port ?? 0;
        const tls = { kind, ca, maxVersion };
        await expectThereAndBack({ host: "127.0.0.1", port, user: "alice", password: "secret", mode, tls });
      });
    }
  }
});
