// npm run campaign -- tls: every client in every mode of its own, through both transports, passive and active towards every server
// that demands TLS; and curl and lftp with TLS in front.
import { parseArgs } from "node:util";
import { openTunnel, type TraceEvent, type Tunnel } from "../../src/index.ts";
import { expectWholeSession } from "../peers/session.ts";
import { startTlsServer, type TlsServerName } from "../peers/tls-servers.ts";
import { makePublicCertificate } from "../support/certificate.ts";
import type { FrontMode, FtpClient } from "../support/clients/ftp-client.ts";
import { ftpClients } from "../support/clients.ts";
import type { FtpServer } from "../support/ftp-servers.ts";
import { startSshd } from "../support/sshd.ts";

const subjects: readonly (readonly [TlsServerName, "explicit" | "implicit"])[] = [
  ["vsftpd", "explicit"],
  ["vsftpd", "implicit"],
  ["proftpd-tls", "explicit"],
  ["proftpd-tls", "implicit"],
  ["pure-ftpd", "explicit"],
  ["none", "explicit"],
];

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const chosen = <T extends string>(all: readonly T[], some: readonly string[] | undefined): T[] =>
  all.filter((one) => some?.includes(one) ?? true);

class Count {
  whole = 0;
  failed = 0;
  /** Of the session under way: what the client was told that was no success, and why. */
  troubles: string[] = [];

  readonly note = (event: TraceEvent): void => {
    if (event.type === "relay.note" || event.type === "relay.warning") this.troubles.push(event.note);
    if (event.type === "ftp.command" && event.side === "upstream") this.troubles.push(event.line);
    if (event.type === "ftp.reply") this.troubles.push(`${event.side} ${event.lines.at(-1)}`);
    if (event.type === "session.close") this.troubles.push(`closed: ${event.reason}`);
  };
}

export async function tls(args: readonly string[]): Promise<number> {
  const several = { type: "string", multiple: true } as const;
  const { values } = parseArgs({ args: [...args], options: { server: several, transport: several, back: several } });
  const keys = makePublicCertificate();
  const sshd = await startSshd();
  let failed = 0;
  try {
    for (const [name, kind] of subjects.filter(([name]) => values.server?.includes(name) ?? true)) {
      const server = await startTlsServer(name, keys, kind);
      try {
        for (const transport of chosen(["openssh", "embedded"], values.transport))
          for (const back of chosen(["passive", "active"], values.back))
            for (const mode of modesOf(name, kind)) {
              const count = new Count();
              const options = {
                ssh: { host: sshd.hostAlias, configFile: sshd.configFile },
                transport,
                back,
                forwards: [{ port: 0, host: server.address, hostPort: server.port }],
                serverTls: { mode, ca: keys.certificate },
                trace: count.note,
              };
              await using plain = await openTunnel(options);
              await using secure = await openTunnel({ ...options, tls: keys });
              for (const client of ftpClients) {
                await tryClient(client, plain, server, undefined, count);
                await tryClient(client, secure, server, keys.certificateFile, count);
              }
              say(`${name} ${kind}, ${transport}, back ${back}, ${mode}: ${count.whole} whole, ${count.failed} failed`);
              failed += count.failed;
            }
      } finally {
        await server.stop();
      }
    }
  } finally {
    await sshd.stop();
    keys.remove();
  }
  return failed === 0 ? 0 : 1;
}

const modesOf = (name: TlsServerName, kind: "explicit" | "implicit"): ("auto" | "require" | "implicit")[] =>
  kind === "implicit" ? ["implicit"] : name === "none" ? ["auto"] : ["auto", "require"];

async function tryClient(
  client: FtpClient,
  tunnel: Tunnel,
  server: FtpServer,
  ca: string | undefined,
  count: Count,
): Promise<void> {
  const { host = "", port = 0 } = tunnel.forwards[0] ?? {};
  const { user, password } = server;
  for (const mode of client.modes) {
    if (ca !== undefined && !isSecureMode(client, mode)) continue;
    const target = { host, port, user, password, ...(ca === undefined ? {} : { ca }) };
    count.troubles = [];
    try {
      await expectWholeSession(client, mode, { server, target });
      count.whole += 1;
    } catch (error) {
      count.failed += 1;
      say(
        `  ${client.name} ${ca === undefined ? "ftp" : "ftps"} ${mode}: ${String(error).slice(-300)}\n    ${count.troubles.slice(-60).join("\n    ")}`,
      );
    }
  }
}

/** curl 7.88 sends no TLS on data connections that come to it. */
const isSecureMode = ({ name }: FtpClient, mode: FrontMode): boolean =>
  name === "lftp" || (name === "curl" && (mode === "pasv" || mode === "epsv"));
