// A tunnel to servers that demand TLS, and for data the control connection's TLS session. The clients know nothing of it.
// Every client, mode and transport with each server: npm run campaign tunnel-tls.
import { afterAll, beforeAll, describe, test } from "vitest";
import { openTunnel, type Tunnel } from "../../src/index.ts";
import { makePublicCertificate } from "../support/certificate.ts";
import { ftpClients } from "../support/clients.ts";
import { type FtpServer, startProftpd, startVsftpd } from "../support/ftp-servers.ts";
import { describePeers } from "../support/missing.ts";
import { watchResources } from "../support/resources.ts";
import { type Sshd, startSshd } from "../support/sshd.ts";
import { proftpdTlsLines, vsftpdTlsLines } from "../support/tls-lines.ts";
import { expectWholeSession } from "./session.ts";

watchResources();

/** Each server with each transport, kind of TLS and mode towards the server once. */
const rows = [
  ["vsftpd", "explicit", "openssh", "auto", "passive", "curl", "pasv"],
  ["vsftpd", "implicit", "embedded", "implicit", "active", "tnftp", "port"],
  ["proftpd-tls", "explicit", "embedded", "require", "passive", "lftp", "pasv"],
  ["proftpd-tls", "explicit", "openssh", "auto", "active", "inetutils-ftp", "port"],
] as const;

describePeers(
  ["sshd", "vsftpd", "proftpd-tls", "curl", "lftp", "tnftp", "inetutils-ftp"],
  "TLS behind a tunnel",
  () => {
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

    for (const [name, kind, transport, mode, back, clientName, front] of rows) {
      describe(`${name}, ${kind} TLS`, () => {
        let server: FtpServer;
        let tunnel: Tunnel;
        beforeAll(async () => {
          const lines = name === "vsftpd" ? vsftpdTlsLines(keys, kind) : proftpdTlsLines(keys, kind);
          server = await (name === "vsftpd" ? startVsftpd : startProftpd)({ lines });
          tunnel = await openTunnel({
            ssh: { host: sshd.hostAlias, configFile: sshd.configFile },
            transport,
            back,
            forwards: [{ port: 0, host: server.address, hostPort: server.port }],
            serverTls: { mode, ca: keys.certificate },
          });
        });
        afterAll(async () => {
          await tunnel.close();
          await server.stop();
        });

        test(`${clientName} ${front}, ${mode}, back ${back}, ${transport}: the whole session`, async () => {
          const client = ftpClients.find((one) => one.name === clientName);
          if (client === undefined) throw new Error(`no ${clientName}`);
          const { host = "", port = 0 } = tunnel.forwards[0] ?? {};
          const target = { host, port, user: server.user, password: server.password };
          await expectWholeSession(client, front, { server, target });
        });
      });
    }
  },
);
