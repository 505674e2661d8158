// Runs a client program to its end: in an empty home directory, with a time limit, its dialogue taken apart.
import { type ChildProcess, spawn } from "node:child_process";
import { inNetns } from "../netns.ts";
import { patienceMs } from "../patience.ts";
import { makeTempDir } from "../tempdir.ts";

export interface RunOptions {
  /** Written to standard input, then end of file. Default: empty. */
  readonly input?: string | Uint8Array;
  /** The program is killed after this time and the result says so. Default: as long as tests wait. */
  readonly timeoutMs?: number;
  /** The program is killed when its output matches: for one that would wait for ever. The result is `timeout` then. */
  readonly enough?: RegExp;
  /** How long after `enough`: that nothing more comes can only be waited for. Default 0. */
  readonly quietMs?: number;
  /** Working directory. Default: the empty home directory. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Run in this network namespace. */
  readonly netns?: string;
  /** Called with the running program, to send it a signal for example. */
  readonly onStart?: (child: ChildProcess, output: () => string) => void;
}

export interface ClientResult {
  readonly stdout: string;
  readonly stderr: string;
  /** Exit status, or the signal that ended it, or `timeout`. */
  readonly exit: number | NodeJS.Signals | "timeout";
  readonly elapsedMs: number;
}

/** Output is read as Latin-1, so that every byte is one character. Never rejects for an exit status. */
export async function runClient(command: string, args: readonly string[], o: RunOptions = {}): Promise<ClientResult> {
  const home = makeTempDir("home");
  const start = performance.now();
  const [file, ...rest] = o.netns === undefined ? [command, ...args] : inNetns(o.netns, [command, ...args]);
  const child = spawn(file as string, rest, {
    cwd: o.cwd ?? home.path,
    env: { PATH: process.env["PATH"] ?? "", HOME: home.path, LANG: "C.UTF-8", TZ: "UTC", ...o.env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString("latin1");
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString("latin1");
  });
  child.stdin.on("error", () => {}); // it may end without reading
  child.stdin.end(o.input ?? "");
  o.onStart?.(child, () => stdout + stderr);
  try {
    const exit = await ending(child, o, () => stdout + stderr);
    return { stdout, stderr, exit, elapsedMs: performance.now() - start };
  } finally {
    home.remove();
  }
}

function ending(child: ChildProcess, o: RunOptions, output: () => string): Promise<ClientResult["exit"]> {
  return new Promise((resolve, reject) => {
    let timedOut = false;
    const kill = (): void => {
      timedOut = true;
      child.kill("SIGKILL");
    };
    let timer = setTimeout(kill, o.timeoutMs ?? patienceMs);
    let seen = o.enough === undefined;
    const look = (): void => {
      if (seen || !o.enough?.test(output())) return;
      seen = true;
      clearTimeout(timer);
      timer = setTimeout(kill, o.quietMs ?? 0);
    };
    child.stdout?.on("data", look);
    child.stderr?.on("data", look);
    child.once("error", reject);
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      resolve(timedOut ? "timeout" : (signal ?? code ?? -1));
    });
  });
}
