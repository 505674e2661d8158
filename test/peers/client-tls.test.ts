// Our client inside TLS with real servers that demand that the data connection resumes the control connection's session.
import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FtpClient, type FtpClientOptions } from "../../src/connect/index.ts";
import { openServer, type Server } from "../../src/index.ts";
import { type FtpServer, startVsftpd } from "../support/ftp-servers.ts";
import { describePeers } from "../support/missing.ts";
import { watchResources } from "../support/resources.ts";
import { makeTempDir, type TempDir } from "../support/tempdir.ts";

watchResources();

const content = Buffer.from(Array.from({ length: 500_000 }, (_, index) => (index * 11 + (index >> 8)) & 255));

let keys: TempDir;
let ca: string;
beforeAll(() => {
  keys = makeTempDir("keys");
  chmodSync(keys.path, 0o755);
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"];
  const files = ["-keyout", keys.file("key.pem"), "-out", keys.file("cert.pem")];
  execFileSync("openssl", ["req", "-x509", ...curve, ...files, ...name], { stdio: "ignore" });
  ca = readFileSync(keys.file("cert.pem"), "latin1");
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

const versions = ["TLSv1.2", "TLSv1.3"] as const;
const modes = ["passive", "active"] as const;

for (const implicit of [false, true]) {
  describePeers(["vsftpd"], `vsftpd with require_ssl_reuse=YES, ${implicit ? "implicit" : "explicit"}`, () => {
    let server: FtpServer;
    beforeAll(async () => {
      server = await startVsftpd({
        lines: [
          "ssl_enable=YES",
          "require_ssl_reuse=YES",
          "force_local_data_ssl=YES",
          "force_local_logins_ssl=YES",
          "ssl_ciphers=HIGH",
          `rsa_cert_file=${keys.file("cert.pem")}`,
          `rsa_private_key_file=${keys.file("key.pem")}`,
          `implicit_ssl=${implicit ? "YES" : "NO"}`,
        ],
      });
    });
    afterAll(() => server.stop());

    for (const maxVersion of versions) {
      test.each(modes)(`${maxVersion}, %s: there and back, twice`, async (mode) => {
        const { port, user, password } = server;
        const tls = { kind: implicit ? "implicit" : "explicit", ca, maxVersion } as const;
        await expectThereAndBack({ host: "127.0.0.1", port, user, password, mode, tls });
      });
    }

    test("a certificate that nobody vouches for is refused", async () => {
      const tls = { kind: implicit ? "implicit" : "explicit" } as const;
      const connecting = FtpClient.connect({ host: "127.0.0.1", port: server.port, tls });
      await expect(connecting).rejects.toMatchObject({ code: "NET_TLS", cure: expect.stringContaining("ca") });
    });

    if (!implicit) {
      test("a login in the clear is refused, and the error says what helps", async () => {
        const { port, user, password } = server;
        const connecting = FtpClient.connect({ host: "127.0.0.1", port, user, password });
        await expect(connecting).rejects.toMatchObject({ code: "FTP_LOGIN", cure: expect.stringContaining("TLS") });
      });
    }
  });
}

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
      tls: { certificate: ca, key: readFileSync(keys.file("key.pem")), requireReuse: true, required: true },
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
