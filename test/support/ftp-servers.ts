// Real FTP servers on free ports, each with its own directory that the login user may read and write.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import type { FtpServerOptions, Preparation } from "./ftp-server-options.ts";
import { listeningPortsOf } from "./listening.ts";
import { prepareProftpd } from "./proftpd.ts";
import { type Program, startProgram } from "./program.ts";
import { preparePureFtpd } from "./pure-ftpd.ts";
import { preparePyftpdlib } from "./pyftpdlib.ts";
import { makeTempDir, type TempDir } from "./tempdir.ts";
import { until } from "./until.ts";
import { prepareVsftpd } from "./vsftpd.ts";

export interface FtpServer extends AsyncDisposable {
  readonly kind: "vsftpd" | "proftpd" | "pyftpdlib" | "pure-ftpd";
  readonly pid: number;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** The port that active data connections come from; undefined: any. */
  readonly dataPort: number | undefined;
  /** The directory that clients see after login: `/` when the server runs as root, else its real path. */
  readonly root: string;
  /** Puts a file there that the login user may read, append to and delete. */
  place(name: string | Buffer, content: string | Uint8Array): void;
  /** The bytes of a file there. */
  content(name: string | Buffer): Buffer;
  /** The server's protocol log so far: every command and reply. */
  log(): string;
  waitForLog(pattern: RegExp, timeoutMs?: number): Promise<RegExpExecArray>;
  /** Kills it with all its sessions, and deletes its directory and user; idempotent. */
  stop(): Promise<void>;
}

export const startVsftpd = (options: FtpServerOptions = {}): Promise<FtpServer> =>
  start("vsftpd", prepareVsftpd, options);

export const startProftpd = (options: FtpServerOptions = {}): Promise<FtpServer> =>
  start("proftpd", prepareProftpd, options);

export const startPyftpdlib = (options: FtpServerOptions = {}): Promise<FtpServer> =>
  start("pyftpdlib", preparePyftpdlib, options);

export const startPureFtpd = (options: FtpServerOptions = {}): Promise<FtpServer> =>
  start("pure-ftpd", preparePureFtpd, options);

/** All, for tables of servers. */
export const ftpServers: Readonly<Record<FtpServer["kind"], (options?: FtpServerOptions) => Promise<FtpServer>>> = {
  vsftpd: startVsftpd,
  proftpd: startProftpd,
  pyftpdlib: startPyftpdlib,
  "pure-ftpd": startPureFtpd,
};

type Prepare = (dir: TempDir, root: string, address: string, port: number, o: FtpServerOptions) => Promise<Preparation>;

const attemptsMax = 5;

async function start(kind: FtpServer["kind"], prepare: Prepare, options: FtpServerOptions): Promise<FtpServer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(kind, prepare, options);
    } catch (error) {
      const taken = /could not bind|Address already in use/.test(String(error));
      if (!taken || options.port !== undefined || attempt === attemptsMax) throw error;
    }
  }
}

async function startOnce(kind: FtpServer["kind"], prepare: Prepare, options: FtpServerOptions): Promise<FtpServer> {
  const address = options.address ?? "127.0.0.1";
  const port = options.port ?? (await freePort(options.netns === undefined ? address : "127.0.0.1"));
  const dir = makeTempDir(kind);
  chmodSync(dir.path, 0o755); // the login user has to get to its directory
  const root = dir.file("files");
  mkdirSync(root);
  chmodSync(root, 0o777);
  const prepared = await prepare(dir, root, address, port, options);
  const program = startProgram(prepared.command[0], prepared.command.slice(1), {
    stdinIsOutput: kind === "vsftpd", // it writes "500 OOPS" to its standard input; Pure-FTPd takes that for inetd
    ...(options.netns === undefined ? {} : { netns: options.netns }),
  });
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= program.stop().then(prepared.release).finally(dir.remove);
    return stopped;
  };
  try {
    await untilListening(program, port);
  } catch (error) {
    await stop();
    throw error;
  }
  const log = (): string => readOrEmpty(prepared.logFile) + program.log();
  return {
    kind,
    pid: program.pid,
    address,
    port,
    user: prepared.user,
    password: prepared.password,
    dataPort: prepared.dataPort,
    root,
    place: (name, content) => place(root, name, content),
    content: (name) => readFileSync(pathIn(root, name)),
    log,
    waitForLog: (pattern, timeoutMs) =>
      until(
        () => `${pattern} in the log of ${kind}:\n${log()}`,
        () => pattern.exec(log()) ?? undefined,
        timeoutMs,
      ),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function untilListening(program: Program, port: number): Promise<void> {
  let ended: string | undefined;
  void program.ended.then((how) => {
    ended = how;
  });
  await until(
    () => `listening on port ${port}:\n${program.log()}`,
    () => {
      if (ended !== undefined) throw new Error(`it ended (${ended}):\n${program.log()}`);
      return listeningPortsOf(program.pid).includes(port);
    },
  );
}

function place(root: string, name: string | Buffer, content: string | Uint8Array): void {
  const path = pathIn(root, name);
  writeFileSync(path, content);
  chmodSync(path, 0o666);
}

/** A Buffer can name what is no valid UTF-8. */
function pathIn(root: string, name: string | Buffer): string | Buffer {
  return typeof name === "string" ? join(root, name) : Buffer.concat([Buffer.from(`${root}/`), name]);
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
