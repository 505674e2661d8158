// npm run campaign -- tls: every client in every mode of its own, through both transports, passive and active towards every server
// that demands TLS; and curl and lftp with TLS in front. A line for each client, and the whole dialogue of a session that failed.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openTunnel, type TraceEvent, type Tunnel } from "../../src/index.ts";
import { expectWholeSession } from "../peers/session.ts";
import { startTlsServer, type TlsServerName } from "../peers/tls-servers.ts";
import { makePublicCertificate } from "../support/certificate.ts";
import type { FrontMode, FtpClient, SessionResult } from "../support/clients/ftp-client.ts";
import { ftpClients } from "../support/clients.ts";
import type { FtpServer } from "../support/ftp-servers.ts";
import { startSshd } from "../support/sshd.ts";

type Kind = "explicit" | "implicit";

const subjects: readonly (readonly [TlsServerName, Kind])[] = [
  ["vsftpd", "explicit"],
  ["vsftpd", "implicit"],
  ["proftpd-tls", "explicit"],
  ["proftpd-tls", "implicit"],
  ["pure-ftpd", "explicit"],
  ["none", "explicit"],
];

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const several = { type: "string", multiple: true } as const;

const options = {
  server: several,
  kind: several,
  transport: several,
  back: several,
  client: several,
  front: several,
  times: { type: "string", default: "1" },
} as const;

export async function tls(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options });
  const chosen = <T extends string>(all: readonly T[], some: readonly string[] | undefined): T[] =>
    all.filter((one) => some?.includes(one) ?? true);
  const keys = makePublicCertificate();
  const sshd = await startSshd();
  const trial = new Trial();
  try {
    for (const [name, kind] of subjects) {
      if (!(values.server?.includes(name) ?? true) || !(values.kind?.includes(kind) ?? true)) continue;
      await using server = await startTlsServer(name, keys, kind);
      for (const transport of chosen(["openssh", "embedded"], values.transport))
        for (const back of chosen(["passive", "active"], values.back))
          for (const mode of modesOf(name, kind))
            for (const front of chosen(["ftp", "ftps"], values.front)) {
              await using tunnel = await openTunnel({
                ssh: { host: sshd.hostAlias, configFile: sshd.configFile },
                transport,
                back,
                forwards: [{ port: 0, host: server.address, hostPort: server.port }],
                serverTls: { mode, ca: keys.certificate },
                ...(front === "ftps" && { tls: keys }),
                trace: trial.note,
              });
              const ca = front === "ftps" ? keys.certificateFile : undefined;
              for (const client of ftpClients.filter(({ name }) => values.client?.includes(name) ?? true)) {
                const modes = client.modes.filter((one) => front === "ftp" || isSecureMode(client, one));
                if (modes.length === 0) continue;
                const place = `${name} ${kind}, ${transport}, ${back}, --server-tls ${mode}, ${front} ${client.name}`;
                const failed = await trial.run(place, client, modes, Number(values.times), { tunnel, server, ca });
                say(`${place}: ${modes.length * Number(values.times) - failed} whole, ${failed} failed`);
              }
            }
    }
  } finally {
    await sshd.stop();
    keys.remove();
  }
  say(`${trial.sessions - trial.failed} of ${trial.sessions} sessions whole`);
  return trial.failed === 0 ? 0 : 1;
}

const modesOf = (name: TlsServerName, kind: Kind): ("auto" | "require" | "implicit")[] =>
  kind === "implicit" ? ["implicit"] : name === "none" ? ["auto"] : ["auto", "require"];

/** curl 7.88 sends no TLS on data connections that come to it; tnftp and inetutils ftp know none. */
const isSecureMode = ({ name }: FtpClient, mode: FrontMode): boolean =>
  name === "lftp" || (name === "curl" && (mode === "pasv" || mode === "epsv"));

interface Way {
  readonly tunnel: Tunnel;
  readonly server: FtpServer;
  /** The certificate of TLS in front. */
  readonly ca: string | undefined;
}

/** Sessions one at a time, with the trace of the one under way. */
class Trial {
  sessions = 0;
  failed = 0;
  #trace: string[] = [];
  #kept: string | undefined;

  readonly note = (event: TraceEvent): void => void this.#trace.push(JSON.stringify(event));

  /** How many failed. */
  async run(place: string, client: FtpClient, modes: readonly FrontMode[], times: number, way: Way): Promise<number> {
    const before = this.failed;
    for (const mode of modes)
      for (let time = 0; time < times; time += 1) {
        const problem = await this.#session(client, mode, way);
        this.sessions += 1;
        if (problem === undefined) continue;
        this.failed += 1;
        say(`  ${place} ${mode}: ${problem.split("\n")[0]}\n    ${this.#keep(place, mode, problem, way.server)}`);
      }
    return this.failed - before;
  }

  async #session(client: FtpClient, mode: FrontMode, { tunnel, server, ca }: Way): Promise<string | undefined> {
    const { host = "", port = 0 } = tunnel.forwards[0] ?? {};
    const { user, password } = server;
    const target = { host, port, user, password, ...(ca !== undefined && { ca }) };
    this.#trace = [];
    let result: SessionResult | undefined;
    const recorded: FtpClient = {
      ...client,
      run: async (...all) => {
        result = await client.run(...all);
        return result;
      },
    };
    try {
      await expectWholeSession(recorded, mode, { server, target });
      return undefined;
    } catch (error) {
      return `${error}\n\n${client.name}, exit ${result?.exit}:\n${result?.stdout}\n${result?.stderr}`;
    }
  }

  /** The file with what client, tunnel and server say. */
  #keep(place: string, mode: FrontMode, problem: string, server: FtpServer): string {
    this.#kept ??= mkdtempSync(join(tmpdir(), "tls-campaign-"));
    const file = join(this.#kept, `${this.sessions}-${`${place} ${mode}`.replaceAll(/\W+/g, "-")}.txt`);
    const log = server.log().split("\n").slice(-400).join("\n");
    writeFileSync(file, `${problem}\n\ntunnel:\n${this.#trace.join("\n")}\n\nserver:\n${log}\n`);
    return file;
  }
}
