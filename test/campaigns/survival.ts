// npm run campaign -- survival: SSH is killed at a random moment of a transfer, with --survive, under clients that know nothing
// of it; with --kill control it is the FTP server's control connection alone. Counted is what the clients were told and whether
// the bytes are equal; with --changed the file is replaced as well.
import { randomBytes, randomInt } from "node:crypto";
import { once } from "node:events";
import { readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { openTunnel, type Tunnel } from "../../src/index.ts";
import type { TraceEvent } from "../../src/platform/trace.ts";
import { startTlsServer, type TlsServerName } from "../peers/tls-servers.ts";
import { makePublicCertificate } from "../support/certificate.ts";
import type { FtpTarget, Operation } from "../support/clients/ftp-client.ts";
import { runClient } from "../support/clients/run-client.ts";
import { ftpClients } from "../support/clients.ts";
import { type FtpServer, ftpServers } from "../support/ftp-servers.ts";
import { startSshd } from "../support/sshd.ts";
import { makeTempDir } from "../support/tempdir.ts";

type Direction = "get" | "put";

interface Campaign {
  /** Breaks what the transfer depends on. */
  readonly kill: () => Promise<unknown>;
  readonly ca: string | undefined;
  readonly server: FtpServer;
  readonly tunnel: Tunnel;
  readonly content: Buffer;
  readonly isChanged: boolean;
  readonly events: TraceEvent[];
  readonly dir: string;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

export async function survival(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      times: { type: "string", default: "25" },
      server: { type: "string", default: "vsftpd" },
      transport: { type: "string", default: "openssh" },
      client: { type: "string", multiple: true },
      direction: { type: "string", multiple: true, default: ["get", "put"] },
      megabytes: { type: "string", default: "50" },
      changed: { type: "boolean", default: false },
      kill: { type: "string", default: "ssh" },
      line: { type: "string", multiple: true, default: [] },
      /** The client's side and the server's are inside TLS; curl and lftp only. */
      tls: { type: "boolean", default: false },
      trace: { type: "boolean", default: false },
    },
  });
  const keys = values.tls ? makePublicCertificate() : undefined;
  const events: TraceEvent[] = [];
  const content = randomBytes(Number(values.megabytes) * 1_000_000);
  const slow = values.server === "vsftpd" ? ["local_max_rate=60000000"] : [];
  const dir = makeTempDir("survival");
  const sshd = await startSshd();
  const server =
    keys === undefined
      ? await ftpServers[values.server as FtpServer["kind"]]({ lines: [...slow, ...values.line] })
      : await startTlsServer(values.server as TlsServerName, keys, "explicit");
  const control = await ControlRelay.open(server);
  const tunnel = await openTunnel({
    ssh: { host: sshd.hostAlias, configFile: sshd.configFile },
    transport: values.transport as "openssh" | "embedded",
    forwards: [{ port: 0, host: server.address, hostPort: values.kill === "control" ? control.port : server.port }],
    surviveMs: 120_000,
    ...(keys === undefined ? {} : { serverTls: { mode: "require" as const, ca: keys.certificate }, tls: keys }),
    trace: (event) => {
      events.push(event);
      if (values.trace) say(JSON.stringify(event));
    },
  });
  try {
    const kill = values.kill === "control" ? async () => control.breakAll() : () => sshd.killConnections();
    const ca = keys?.certificateFile;
    const campaign = { kill, ca, server, tunnel, content, isChanged: values.changed, events, dir: dir.path };
    for (const direction of values.direction as Direction[]) {
      for (const client of values.client ?? ["curl", "lftp", "inetutils-ftp", "python"]) {
        const counts = new Map<string, number>();
        for (let time = 0; time < Number(values.times); time += 1) {
          const outcome = await disturb(campaign, client, direction, `file-${client}-${direction}-${time}`);
          counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
        }
        const told = [...counts].sort((a, b) => b[1] - a[1]).map(([outcome, count]) => `${count} x ${outcome}`);
        say(`${server.kind} ${values.transport} ${direction} ${client.padEnd(13)} ${told.join("; ")}`);
      }
    }
  } finally {
    await tunnel[Symbol.asyncDispose]();
    control.close();
    await server.stop();
    await sshd.stop();
    keys?.remove();
    dir.remove();
  }
  return 0;
}

/** One transfer, and one kill in it. */
async function disturb(campaign: Campaign, client: string, direction: Direction, file: string): Promise<string> {
  const { kill, ca, server, tunnel, content, isChanged, events, dir } = campaign;
  const local = join(dir, file);
  const remote = join(server.root, file);
  if (direction === "get") {
    server.place(file, content);
    utimesSync(remote, new Date(0), new Date(1_000_000_000_000));
  } else writeFileSync(local, content);
  events.length = 0;
  const { host, port } = tunnel.forwards[0] as Tunnel["forwards"][number];
  const target = { host, port, user: server.user, password: server.password, ...(ca !== undefined && { ca }) };
  let isOver = false;
  const running = runTransfer(client, target, { do: direction, remote: file, local }).finally(() => {
    isOver = true;
  });
  const moment = randomInt(content.length);
  const reached = (): boolean => sizeOf(direction === "get" ? local : remote) >= moment;
  while (!isOver && !reached()) await delay(1);
  const isKilled = !isOver;
  if (isKilled) {
    if (isChanged) replace(remote, sizeOf(remote));
    await kill();
  }
  await running;
  const isEqual = sameBytes(direction === "get" ? local : remote, content);
  const told = events.flatMap((event) =>
    event.type === "ftp.reply" && event.side === "downstream" && /^(226|4|55)/.test(event.lines[0] ?? "")
      ? [(event.lines[0] ?? "").slice(0, isChanged ? 120 : 200)]
      : [],
  );
  const sessions = events.filter(({ type }) => type === "session.open").length;
  // What follows the first is the client's own doing: lftp tries a part of another file again.
  const codes = told[0]?.slice(0, 3) ?? "nothing";
  const lost = events.some((event) => event.type === "relay.note" && /the session is made again/.test(event.note));
  rmSync(local, { force: true });
  rmSync(remote, { force: true });
  const why = codes === "226" ? "" : ` (${told[0]})`;
  return `${codes}${why} ${isEqual ? "equal" : "other"} bytes, ${lost ? "survived" : "not noticed"}${isKilled ? "" : " too late"}, ${sessions} session`;
}

/** In front of the server's control port, and breaks connections to it: its data connections go past. */
class ControlRelay {
  readonly #sockets: Set<Socket> = new Set();
  readonly #listener = createServer((near) => this.#relay(near));
  readonly #server: FtpServer;

  private constructor(server: FtpServer) {
    this.#server = server;
  }

  static async open(server: FtpServer): Promise<ControlRelay> {
    const relay = new ControlRelay(server);
    relay.#listener.listen(0, server.address);
    await once(relay.#listener, "listening");
    return relay;
  }

  get port(): number {
    return (this.#listener.address() as AddressInfo).port;
  }

  breakAll(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  close(): void {
    this.breakAll();
    this.#listener.close();
  }

  #relay(near: Socket): void {
    const far = connect(this.#server.port, this.#server.address);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket);
      socket.on("error", () => other.destroy()).on("close", () => this.#sockets.delete(socket));
      socket.pipe(other);
    }
  }
}

/** Another file of that name and size, as an editor or a batch job leaves it. */
function replace(path: string, size: number): void {
  writeFileSync(`${path}.new`, randomBytes(size), { mode: 0o666 });
  renameSync(`${path}.new`, path);
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return -1;
  }
}

function sameBytes(path: string, content: Buffer): boolean {
  try {
    return readFileSync(path).equals(content);
  } catch {
    return false;
  }
}

async function runTransfer(name: string, target: FtpTarget, operation: Operation): Promise<void> {
  if (name === "python") {
    await runPython(target, operation as Operation & { remote: string; local: string });
    return;
  }
  const client = ftpClients.find((one) => one.name === name);
  if (client === undefined) throw new Error(`there is no client ${name}`);
  await client.run(target, "epsv", [operation]);
}

const script = `
import ftplib, sys
host, port, user, password, what, remote, local = sys.argv[1:]
ftp = ftplib.FTP()
ftp.connect(host, int(port))
ftp.login(user, password)
if what == "get":
    ftp.retrbinary("RETR " + remote, open(local, "wb").write)
else:
    ftp.storbinary("STOR " + remote, open(local, "rb"))
ftp.quit()
`;

async function runPython(target: FtpTarget, operation: { do: string; remote: string; local: string }): Promise<void> {
  const { host, port, user, password } = target;
  const args = ["-c", script, host, String(port), user, password, operation.do, operation.remote, operation.local];
  await runClient("/usr/bin/python3", args);
}
