// Where the programs of a real run live: started in one of the world's hosts, or beside them all.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { SallyportError } from "../../../protocol/error.ts";
import { limits } from "../../../protocol/limits.ts";
import { Program, type ProgramOptions } from "./program.ts";

export class Enclosure implements AsyncDisposable {
  readonly #keeper: Keeper;
  readonly #programs = new Set<Program>();

  private constructor(keeper: Keeper) {
    this.#keeper = keeper;
  }

  /** Throws `CONFIG_INVALID` where namespaces cannot be made. */
  static async open(): Promise<Enclosure> {
    return new Enclosure(await startKeeper());
  }

  /** Path, as seen inside, of a file of this world. */
  inside(name: string): string {
    return `${labDirectory}/${name}`;
  }

  /** The same file as seen by this program. */
  outside(name: string): string {
    return `/proc/${this.#keeper.pid}/root${labDirectory}/${name}`;
  }

  /** Runs a shell script to its end, on a host or beside them all, and gives what it wrote. */
  script(text: string, host?: string): Promise<string> {
    const [program = "", ...words] = [...this.#enter(host), "/bin/bash", "-c", text];
    return new Promise((resolve, reject) => {
      const options = { timeout: limits.labScriptMs, maxBuffer: 1 << 24 };
      execFile(program, words, options, (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new SallyportError("CONFIG_INVALID", complaint(stderr, error.message), { cause: error }));
      });
    });
  }

  /** Starts a program that runs on. It is killed with the world, at the latest. */
  start(host: string, command: readonly string[], options: ProgramOptions = {}): Program {
    const words = [...this.#enter(host), "setpriv", "--pdeathsig", "KILL", "--", ...command];
    const program = new Program(words, options);
    this.#programs.add(program);
    return program;
  }

  /** Everything is gone when it resolves: programs, networks, mounts, files. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#keeper.release();
    await Promise.all([this.#keeper.ended, ...Array.from(this.#programs, (program) => program.ended)]);
  }

  #enter(host: string | undefined): string[] {
    const { pid } = this.#keeper;
    const spaces = [`--mount=/proc/${pid}/ns/mnt`, `--pid=/proc/${pid}/ns/pid_for_children`];
    const net = host === undefined ? [] : [`--net=/proc/${pid}/root/run/netns/${host}`];
    return ["nsenter", ...spaces, ...net, "--"];
  }
}

function complaint(stderr: string, message: string): string {
  return `the network could not be built: ${stderr.trim() || message}`;
}

// A world that ends with its keeper: namespaces of processes, mounts and (inside) networks, all held by one process. When
// it ends, for whatever reason, the kernel kills every program inside and forgets every namespace, mount and file. So even
// a `kill -9` of this program leaves nothing: the keeper's standard input then ends, and with it the keeper.

/** All files of a world live here, in memory, and are seen from inside only. */
export const labDirectory = "/run/lab";

/** /run hides the machine's: named network namespaces, sockets and process ids of others are none of a world's business. */
const script = `mount -t tmpfs -o mode=755 lab /run &&
mkdir -p /run/netns /run/sshd ${labDirectory} && chmod 755 ${labDirectory} && echo ready && exec cat`;

export interface Keeper {
  readonly pid: number;
  /** Settles when everything inside is gone. */
  readonly ended: Promise<void>;
  /** Lets everything inside end; idempotent. */
  release(): void;
}

/** Throws `CONFIG_INVALID` where the kernel or the container forbids namespaces. */
export async function startKeeper(): Promise<Keeper> {
  const child = spawn(
    "unshare",
    ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--", "/bin/sh", "-c", script],
    { stdio: ["pipe", "pipe", "pipe"], detached: true }, // Ctrl-C is for this program alone
  );
  const ended = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
    child.once("error", () => resolve());
  });
  child.stdin.on("error", () => {}); // it is gone already
  const complaint = await untilReady(child);
  if (complaint !== undefined || child.pid === undefined) {
    child.stdin.end();
    await ended;
    throw new SallyportError("CONFIG_INVALID", `no namespaces can be made here: ${complaint}`, {
      hint: "Run it as root on a Linux machine, or in a container that is allowed to (--privileged).",
    });
  }
  return { pid: child.pid, ended, release: () => child.stdin.end() };
}

/** What it wrote instead, if it did not come up. */
async function untilReady(child: ChildProcess): Promise<string | undefined> {
  let written = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    written += text;
  });
  const failed = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", () => resolve(written.trim() || "unshare ended at once"));
  });
  const ready = child.stdout === null ? failed : once(child.stdout, "data").then(() => undefined);
  return await Promise.race([ready, failed]);
}
