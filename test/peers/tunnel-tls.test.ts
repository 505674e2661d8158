// A tunnel to servers that demand TLS, and for data the control connection's TLS session. The clients know nothing of it.
// Every client, mode and transport with each server: npm run campaign -- tls.
import { afterAll, beforeAll, describe, test } from "vitest";
import { openTunnel, type Tunnel } from "../../src/index.ts";
import { makePublicCertificate } from "../support/certificate.ts";
import { ftpClients } from "../support/clients.ts";
import type { FtpServer } from "../support/ftp-servers.ts";
import { describePeers } from "../support/missing.ts";
import { watchResources } from "../support/resources.ts";
import { type Sshd, startSshd } from "../support/sshd.ts";
import { expectWholeSession } from "./session.ts";
import { startTlsServer } from "./tls-servers.ts";

watchResources();

/** Each server with each transport, kind of TLS and mode towards the server once; `ftps`: the client uses TLS as well. */
const rows = [
  ["vsftpd", "explicit", "openssh", "auto", "passive", "curl", "pasv", "ftps"],
  ["vsftpd", "implicit", "embedded", "implicit", "active", "tnftp", "port", "ftp"],
  ["proftpd-tls", "explicit", "embedded", "require", "passive", "lftp", "pasv", "ftps"],
  ["proftpd-tls", "explicit", "openssh", "auto", "active", "inetutils-ftp", "port", "ftp"],
  ["pure-ftpd", "explicit", "openssh", "auto", "passive", "lftp", "epsv", "ftps"],
  ["none", "explicit", "embedded", "auto", "passive", "curl", "epsv", "ftps"],
] as const;

const programs = ["sshd", "vsftpd", "proftpd-tls", "pure-ftpd", "curl", "lftp", "tnftp", "inetutils-ftp"] as const;

describePeers(programs, "TLS in front of a tunnel and behind it", () => {
  let sshd: Sshd;
  let keys: ReturnType<typeof makePublicCertificate>;
  beforeAll(async () => {
    keys = makePublicCertificate();
    sshd = await startSshd();
  });
  afterAll(async () => {
    await sshd.stop();
    keys.remove();
  });

  for (const [name, kind, transport, mode, back, clientName, front, scheme] of rows) {
    describe(`${name} with ${kind} TLS`, () => {
      let server: FtpServer;
      let tunnel: Tunnel;
      beforeAll(async () => {
        server = await startTlsServer(name, keys, kind);
        tunnel = await openTunnel({
          ssh: { host: sshd.hostAlias, configFile: sshd.configFile },
          transport,
          back,
          forwards: [{ port: 0, host: server.address, hostPort: server.port }],
          serverTls: { mode, ca: keys.certificate },
          tls: keys,
        });
      });
      afterAll(async () => {
        await tunnel.close();
        await server.stop();
      });

      test(`${clientName} ${scheme} ${front}, ${mode}, back ${back}, ${transport}: the whole session`, async () => {
        const client = ftpClients.find((one) => one.name === clientName);
        if (client === undefined) throw new Error(`no ${clientName}`);
        const { host = "", port = 0 } = tunnel.forwards[0] ?? {};
        const target = { host, port, user: server.user, password: server.password };
        const tls = scheme === "ftps" ? { ca: keys.certificateFile } : {};
        await expectWholeSession(client, front, { server, target: { ...target, ...tls } });
      });
    });
  }
});
