// A real sshd on a free port, with everything that an ssh client needs to get in. Works as root and as an ordinary user
// (who can then log in only as himself).
import { mkdirSync } from "node:fs";
import { userInfo } from "node:os";
import { freePort } from "./free-port.ts";
import { childrenOf, descendantsOf, isRunning, signalProcess } from "./processes.ts";
import { type Program, startProgram } from "./program.ts";
import type { SshKey } from "./ssh-keys.ts";
import { hostAlias, type SshdFiles, writeConfigFor, writeSshdFiles } from "./sshd-config.ts";
import { makeTempDir } from "./tempdir.ts";
import { until } from "./until.ts";

export interface SshdOptions {
  /** More lines of sshd_config; they win over the rig's own. LogLevel must be INFO ("Server listening" is awaited) or more;
   *  DEBUG1 shows every channel, but also writes into the standard error of commands run through ssh.  */
  readonly lines?: readonly string[];
  /** More lines for the client's ssh_config; they win over the rig's own. */
  readonly clientLines?: readonly string[];
  /** Address to listen on. Default 127.0.0.1. */
  readonly address?: string;
  /** Default: a free port. Needed only to start one again where another one was. */
  readonly port?: number;
  /** Run in this network namespace; the port is then taken to be free. */
  readonly netns?: string;
  /** Default: the one key that all test sshds of this process share. */
  readonly hostKey?: SshKey;
}

export interface Sshd extends AsyncDisposable {
  readonly pid: number;
  readonly address: string;
  readonly port: number;
  /** The user to log in as. */
  readonly user: string;
  /** For `ssh -F configFile hostAlias`. */
  readonly configFile: string;
  readonly hostAlias: string;
  readonly files: SshdFiles;
  /** Path of another configFile, which reaches this sshd through a relay that listens elsewhere. */
  configFor(relay: { readonly host: string; readonly port: number }): string;
  /** sshd's log at VERBOSE (see `lines` for more), everything so far. */
  log(): string;
  waitForLog(pattern: RegExp, timeoutMs?: number): Promise<RegExpExecArray>;
  /** Processes that serve a connection now (one per connection as root). */
  connections(): number[];
  /** Kills them with SIGKILL, as a crash would; sshd itself goes on listening. */
  killConnections(): Promise<void>;
  /** Kills sshd and all its connections, and deletes the directory; idempotent. */
  stop(): Promise<void>;
}

const attemptsMax = 5;

/** Starts sshd and resolves when it is listening. */
export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 }); // privilege separation
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(options);
    } catch (error) {
      const taken = String(error).includes("Address already in use");
      if (!taken || options.port !== undefined || attempt === attemptsMax) throw error;
    }
  }
}

async function startOnce(options: SshdOptions): Promise<Sshd> {
  const address = options.address ?? "127.0.0.1";
  const port = options.port ?? (await freePort(options.netns === undefined ? address : "127.0.0.1"));
  const dir = makeTempDir("sshd");
  const files = writeSshdFiles(dir, address, port, options);
  const program = startProgram("/usr/sbin/sshd", ["-D", "-e", "-f", files.serverConfig], {
    ...(options.netns === undefined ? {} : { netns: options.netns }),
  });
  const stop = async (): Promise<void> => {
    await program.stop();
    dir.remove();
  };
  try {
    await program.waitForLog(/Server listening on .* port \d+/);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    pid: program.pid,
    address,
    port,
    user: userInfo().username,
    configFile: files.clientConfig,
    hostAlias,
    files,
    configFor: (relay) => writeConfigFor(dir, files, relay.host, relay.port, options),
    log: program.log,
    waitForLog: program.waitForLog,
    connections: () => childrenOf(program.pid),
    killConnections: () => killConnections(program),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function killConnections(program: Program): Promise<void> {
  const family = descendantsOf(program.pid);
  for (const pid of family) signalProcess(pid, "SIGKILL");
  await until("end of the connections", () => !family.some(isRunning));
}
