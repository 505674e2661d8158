// Real clients with our own server, in all their modes.

import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openServer, type Server } from "../../src/index.ts";
import { ftpClients, runCurl, runLftp } from "../support/clients.ts";
import type { FtpServer } from "../support/ftp-servers.ts";
import { describePeers } from "../support/missing.ts";
import { watchResources } from "../support/resources.ts";
import { makeTempDir, type TempDir } from "../support/tempdir.ts";
import { expectWholeSession, type Place } from "./session.ts";

watchResources();

describePeers(["curl", "lftp", "tnftp", "inetutils-ftp"], "our own server", () => {
  let home: TempDir;
  let servers: Server[];
  let place: Place;
  let tlsPort: number;
  let implicitPort: number;
  beforeAll(async () => {
    home = makeTempDir("own");
    const [cert, key] = [home.file("cert.pem"), home.file("key.pem")];
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
    const name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"];
    execFileSync("openssl", ["req", "-x509", ...curve, "-nodes", "-keyout", key, "-out", cert, ...name], {
      stdio: "ignore",
    });
    const common = { files: home.path, users: [{ name: "alice", password: "secret" }], sync: false };
    const plainServer = await openServer({ ...common, listen: [{ port: 0 }] });
    const tlsServer = await openServer({
      ...common,
      listen: [{ port: 0 }, { port: 0, implicitTls: true }],
      tls: { certificate: readFileSync(cert), key: readFileSync(key), requireReuse: true },
    });
    servers = [plainServer, tlsServer];
    const [explicit, implicit] = tlsServer.listeners;
    tlsPort = explicit?.port ?? 0;
    implicitPort = implicit?.port ?? 0;
    place = {
      target: { host: "127.0.0.1", port: plainServer.listeners[0]?.port ?? 0, user: "alice", password: "secret" },
      server: {
        place(file: string, content: string | Uint8Array) {
          writeFileSync(home.file(file), content);
          chmodSync(home.file(file), 0o666);
        },
        content: (file: string) => readFileSync(home.file(file)),
      } as unknown as FtpServer,
    };
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.close()));
    home.remove();
  });

  for (const client of ftpClients) {
    test.each(client.modes)(`${client.name} %s: the whole session`, async (mode) => {
      await expectWholeSession(client, mode, place);
    });
  }

  describe("inside TLS, resumption required", () => {
    const content = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7) & 255));
    const url = (scheme: string, port: number): string => `${scheme}://alice:secret@127.0.0.1:${port}/there`;

    test.each(["1.2", "1.3"])("curl, TLS %s, explicit and implicit: there and back", async (version) => {
      const here = makeTempDir("curl");
      writeFileSync(here.file("up"), content);
      const tls = ["--cacert", home.file("cert.pem"), "--tls-max", version, `--tlsv${version}`];
      for (const [scheme, port] of [
        ["ftp", tlsPort],
        ["ftps", implicitPort],
      ] as const) {
        for (const words of [
          ["--upload-file", here.file("up"), url(scheme, port)],
          ["--output", here.file("down"), url(scheme, port)],
        ]) {
          const result = await runCurl([...tls, "--ssl-reqd", "--silent", "--show-error", ...words]);
          expect(result, result.stderr).toMatchObject({ exit: 0 });
        }
        expect(readFileSync(here.file("down")).equals(content)).toBe(true);
      }
      here.remove();
    });

    test.each(["on", "off"])("lftp, passive %s: there and back, and a listing", async (passive) => {
      const here = makeTempDir("lftp");
      writeFileSync(here.file("up"), content);
      const settings = `set ssl:verify-certificate no; set ftp:ssl-force on; set ftp:ssl-protect-data on; set ftp:passive-mode ${passive}`;
      const open = `open -u alice,secret -p ${tlsPort} 127.0.0.1`;
      const script = `${settings}; ${open}; put ${here.file("up")} -o lftp; get lftp -o ${here.file("down")}; cls lftp`;
      const result = await runLftp(script);
      expect(result, result.stderr).toMatchObject({ exit: 0 });
      expect(result.stdout).toContain("lftp");
      expect(readFileSync(here.file("down")).equals(content)).toBe(true);
      here.remove();
    });
  });
});
