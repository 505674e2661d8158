// npm run campaign -- to-ftp: SFTP in front of FTP. Every program with every server; many sessions in sequence and at once, and what they leave in
// the bridge's process; a large file each way while one side stands still, and what memory the bridge takes for it.
import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openServer, openSftpFileSystem } from "../../src/index.ts";
import { hashPassword } from "../../src/serve/passwords.ts";
import { get, put } from "../../src/testing/file-system/subject.ts";
import { runClient } from "../support/clients/run-client.ts";
import { freePort } from "../support/free-port.ts";
import { startProftpd, startPyftpdlib, startVsftpd } from "../support/ftp-servers.ts";
import { childrenOf } from "../support/processes.ts";
import { type Program, startProgram } from "../support/program.ts";
import { makeTempDir, type TempDir } from "../support/tempdir.ts";
import { belongings, whileStopped } from "./belongings.ts";
import { manySessions } from "./many-sessions.ts";

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const bin = fileURLToPath(new URL("../../bin/sallyport.js", import.meta.url));
const user = "partner";

/** An FTP server with a directory of this machine. */
interface Behind extends AsyncDisposable {
  readonly url: string;
  readonly root: string;
  /** The process that has the files, where that is another one. */
  readonly pid: number | undefined;
}

async function fromProgram(start: typeof startVsftpd): Promise<Behind> {
  const ftp = await start();
  const url = `ftp://${ftp.user}:${ftp.password}@${ftp.address}:${ftp.port}/`;
  return { url, root: ftp.root, pid: ftp.pid, [Symbol.asyncDispose]: async () => await ftp.stop() };
}

const servers: Readonly<Record<string, () => Promise<Behind>>> = {
  vsftpd: () => fromProgram(startVsftpd),
  ProFTPD: () => fromProgram(startProftpd),
  pyftpdlib: () => fromProgram(startPyftpdlib),
  serve: async () => {
    const dir = makeTempDir("served");
    const users = [{ name: "plant", password: "secret" }];
    const server = await openServer({ files: dir.path, users, listen: [{ port: 0 }] });
    return {
      url: `ftp://plant:secret@127.0.0.1:${server.listeners[0]?.port}/`,
      root: dir.path,
      pid: undefined,
      [Symbol.asyncDispose]: async () => {
        await server.close();
        dir.remove();
      },
    };
  },
};

interface Bridge extends AsyncDisposable {
  readonly program: Program;
  readonly port: number;
  readonly configFile: string;
  readonly keyFile: string;
  readonly dir: TempDir;
}

async function startBridge(url: string): Promise<Bridge> {
  const dir = makeTempDir("bridge");
  const keyFile = dir.file("key");
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", keyFile]);
  writeFileSync(dir.file("users"), `${user}:${await hashPassword("secret")}\n`, { mode: 0o600 });
  const files = ["--password-file", dir.file("users"), "--authorized-keys", `${keyFile}.pub`];
  const host = ["--host-key", dir.file("host-key"), "--listen", String(await freePort("127.0.0.1"))];
  const program = startProgram(process.execPath, [bin, "bridge", "--to-ftp", ...files, ...host, url]);
  const [, port = ""] = await program.waitForLog(/^s(?:sh|ftp):\/\/\S*?:(\d+)/m);
  const key = execFileSync("ssh-keygen", ["-y", "-f", dir.file("host-key")], { encoding: "latin1" });
  writeFileSync(dir.file("known_hosts"), `[127.0.0.1]:${port} ${key.trim()}\n`);
  const lines = [
    ["Host bridge"],
    ["HostName", "127.0.0.1"],
    ["Port", port],
    ["User", user],
    ["IdentityFile", keyFile],
    ["IdentitiesOnly", "yes"],
    ["UserKnownHostsFile", dir.file("known_hosts")],
    ["StrictHostKeyChecking", "yes"],
    ["LogLevel", "ERROR"],
  ];
  const configFile = dir.file("config");
  writeFileSync(configFile, `${lines.map((words) => words.join(" ")).join("\n")}\n`);
  return {
    program,
    port: Number(port),
    configFile,
    keyFile,
    dir,
    [Symbol.asyncDispose]: async () => {
      await program.stop();
      dir.remove();
    },
  };
}

/** Puts and gets with Debian's paramiko: as it is, many writes in flight, reads asked for ahead, writes in another order. */
const paramiko = `
import sys, paramiko
config = paramiko.SSHConfig.from_path(sys.argv[1]).lookup('bridge')
client = paramiko.SSHClient()
client.load_host_keys(config['userknownhostsfile'])
client.connect(config['hostname'], int(config['port']), username=config['user'], key_filename=config['identityfile'], look_for_keys=False, allow_agent=False)
sftp = client.open_sftp()
how, put, name, back = sys.argv[2:6]
data = open(put, 'rb').read()
if how == 'plain':
    sftp.put(put, name)
    sftp.get(name, back)
else:
    pieces = [(at, data[at:at + 32768]) for at in range(0, len(data), 32768)]
    if how == 'shuffled':
        pieces = [p for at in range(0, len(pieces), 8) for p in reversed(pieces[at:at + 8])]
    with sftp.open(name, 'wb') as file:
        file.set_pipelined(True)
        for at, piece in pieces:
            file.seek(at)
            file.write(piece)
    with sftp.open(name, 'rb') as file:
        if how == 'pipelined':
            file.prefetch(len(data))
            got = file.read()
        else:
            got = dict(zip([at for at, _ in pieces], file.readv([(at, len(p)) for at, p in pieces])))
            got = b''.join(got[at] for at in sorted(got))
    open(back, 'wb').write(got)
client.close()
`;

type Way = (bridge: Bridge, put: string, name: string, back: string) => readonly (readonly [string, ...string[]])[];

const viaSsh = (bridge: Bridge): string => `set sftp:connect-program "ssh -a -x -F ${bridge.configFile}"`;
const python =
  (how: string): Way =>
  (bridge, put, name, back) => [["/usr/bin/python3", "-c", paramiko, bridge.configFile, how, put, name, back]];

const programs: Readonly<Record<string, Way>> = {
  sftp: (bridge, put, name, back) => {
    const batch = bridge.dir.file("batch");
    writeFileSync(batch, `put ${put} ${name}\nget ${name} ${back}\n`);
    return [["sftp", "-q", "-F", bridge.configFile, "-b", batch, "bridge"]];
  },
  "sftp, 256 requests of 8 kB": (bridge, put, name, back) => {
    const batch = bridge.dir.file("batch");
    writeFileSync(batch, `put ${put} ${name}\nget ${name} ${back}\n`);
    return [["sftp", "-q", "-R", "256", "-B", "8192", "-F", bridge.configFile, "-b", batch, "bridge"]];
  },
  "scp -O": (bridge, put, name, back) => [
    ["scp", "-q", "-O", "-F", bridge.configFile, put, `bridge:${name}`],
    ["scp", "-q", "-O", "-F", bridge.configFile, `bridge:${name}`, back],
  ],
  "scp -s": (bridge, put, name, back) => [
    ["scp", "-q", "-s", "-F", bridge.configFile, put, `bridge:${name}`],
    ["scp", "-q", "-s", "-F", bridge.configFile, `bridge:${name}`, back],
  ],
  lftp: (bridge, put, name, back) => [
    [
      "lftp",
      "-c",
      `set xfer:clobber on; ${viaSsh(bridge)}; open sftp://bridge; put ${put} -o ${name}; get ${name} -o ${back}`,
    ],
  ],
  rclone: (bridge, put, name, back) => {
    const place = `:sftp,shell_type=none,host=127.0.0.1,port=${bridge.port},user=${user},key_file=${bridge.keyFile}:`;
    const rclone = (from: string, to: string) => ["rclone", "--config", "/dev/null", "copyto", from, to] as const;
    return [rclone(put, `${place}${name}`), rclone(`${place}${name}`, back)];
  },
  paramiko: python("plain"),
  "paramiko, pipelined": python("pipelined"),
  "paramiko, out of order": python("shuffled"),
};

const sizes = [0, 1, 65_537, 5_000_000];

async function everyProgram(): Promise<boolean> {
  let isWell = true;
  say(`| | ${Object.keys(servers).join(" | ")} |`);
  say(
    `|---|${Object.keys(servers)
      .map(() => "---|")
      .join("")}`,
  );
  const cells = new Map<string, string[]>();
  for (const start of Object.values(servers)) {
    await using ftp = await start();
    await using bridge = await startBridge(ftp.url);
    for (const [program, way] of Object.entries(programs)) {
      const faults: string[] = [];
      for (const [index, size] of sizes.entries()) {
        const bytes = randomBytes(size);
        const [put, back] = [bridge.dir.file("put"), bridge.dir.file("back")];
        writeFileSync(put, bytes);
        writeFileSync(back, "other");
        const name = `${program.replace(/\W+/g, "-")}-${index}`;
        for (const [command, ...args] of way(bridge, put, name, back)) {
          const { exit, stderr } = await runClient(command, args, { timeoutMs: 120_000 });
          if (exit !== 0) faults.push(`${size}: exit ${exit} ${stderr.trim().slice(0, 200)}`);
        }
        const there = readFile(join(ftp.root, name));
        if (!there.equals(bytes)) faults.push(`${size}: ${there.length} bytes at the server`);
        if (!readFileSync(back).equals(bytes)) faults.push(`${size}: other bytes here`);
      }
      isWell &&= faults.length === 0;
      cells.set(program, [...(cells.get(program) ?? []), faults.length === 0 ? "whole" : faults.join("; ")]);
    }
  }
  for (const [program, results] of cells) say(`| ${program} | ${results.join(" | ")} |`);
  return isWell;
}

function readFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.from("there is no such file");
  }
}

async function session(bridge: Bridge, name: string, bytes: number): Promise<boolean> {
  const text = randomBytes(bytes).toString("latin1");
  const ssh = { host: "bridge", configFile: bridge.configFile };
  await using files = await openSftpFileSystem({ ssh, transport: "embedded" });
  await put(files, `/${name}`, text);
  return (await get(files, `/${name}`)) === text;
}

async function sessionsOf(sequence: number, atOnce: number): Promise<boolean> {
  await using ftp = await (servers["vsftpd"] as () => Promise<Behind>)();
  await using bridge = await startBridge(ftp.url);
  const isWhole = (name: string, bytes: number): Promise<boolean> => session(bridge, name, bytes);
  return await manySessions({ pid: bridge.program.pid, sequence, atOnce, isWhole, say });
}

async function stalledFile(megabytes: number): Promise<boolean> {
  let isWell = true;
  const piece = randomBytes(1_000_000);
  const dir = makeTempDir("stalled");
  const large = dir.file("large");
  writeFileSync(large, "");
  for (let count = 0; count < megabytes; count += 1) writeFileSync(large, piece, { flag: "a" });
  const hash = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");
  const whole = hash(large);
  for (const who of ["client", "server"] as const) {
    for (const way of ["put", "get"] as const) {
      await using ftp = await (servers["ProFTPD"] as () => Promise<Behind>)();
      await using bridge = await startBridge(ftp.url);
      if (way === "get") execFileSync("cp", [large, join(ftp.root, "large")]);
      const batch = dir.file("batch");
      writeFileSync(batch, way === "put" ? `put ${large} large\n` : `get large ${dir.file("back")}\n`);
      const before = belongings(bridge.program.pid).megabytes;
      const sftp = startProgram("sftp", ["-q", "-F", bridge.configFile, "-b", batch, "bridge"]);
      await delay(700);
      // ProFTPD has a process for each session; its client has ssh below it, which goes on reading into its window.
      const stopped = who === "client" ? [sftp.pid] : childrenOf(ftp.pid ?? 0);
      const most = await whileStopped(bridge.program.pid, stopped, 10_000);
      await sftp.ended;
      const result = hash(way === "put" ? join(ftp.root, "large") : dir.file("back"));
      const isWhole = result === whole;
      isWell &&= isWhole;
      say(
        `${way} of ${megabytes} MB, the ${who} stands still for 10 s: ${before} MB before, ${most} MB meanwhile, ${belongings(bridge.program.pid).megabytes} MB after; ${isWhole ? "whole" : "NOT WHOLE"}`,
      );
    }
  }
  dir.remove();
  return isWell;
}

export async function toFtp(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      part: { type: "string", multiple: true, default: ["programs", "sessions", "stalled"] },
      sessions: { type: "string", default: "2000" },
      "at-once": { type: "string", default: "50" },
      megabytes: { type: "string", default: "1000" },
    },
  });
  const parts: Readonly<Record<string, () => Promise<boolean>>> = {
    programs: everyProgram,
    sessions: () => sessionsOf(Number(values.sessions), Number(values["at-once"])),
    stalled: () => stalledFile(Number(values.megabytes)),
  };
  let isWell = true;
  for (const part of values.part) isWell = ((await parts[part]?.()) ?? false) && isWell;
  return isWell ? 0 : 1;
}
