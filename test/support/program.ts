// A real program that runs in the background of a test: its log, its children, and an end that leaves nothing.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { inNetns } from "./netns.ts";
import { descendantsOf, isRunning, signalProcess } from "./processes.ts";
import { until } from "./until.ts";

export interface Program extends AsyncDisposable {
  readonly pid: number;
  /** All that it wrote to standard output and standard error so far. */
  log(): string;
  /** Resolves with the match once the log has it; fails when the program ends first or after `timeoutMs`. */
  waitForLog(pattern: RegExp, timeoutMs?: number): Promise<RegExpExecArray>;
  /** Settles when the program has ended: `exit 0`, `signal SIGTERM`, or why it could not be started. */
  readonly ended: Promise<string>;
  /** Ends it and every descendant, and waits until they are gone; idempotent. */
  stop(): Promise<void>;
}

export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Run inside this network namespace (ip-netns(8)); needs root. */
  readonly netns?: string;
  /** Make standard input the same pipe as standard output. Default: /dev/null. */
  readonly stdinIsOutput?: boolean;
}

export function startProgram(command: string, args: readonly string[], options: ProgramOptions = {}): Program {
  const plain = [command, ...args];
  const whole = options.stdinIsOutput === true ? ["/bin/sh", "-c", 'exec "$0" "$@" <&1', ...plain] : plain;
  const [file, ...rest] = withNamespace(options.netns, withParentDeath(whole)) as [string, ...string[]];
  const child = spawn(file, rest, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, LANG: "C.UTF-8", ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  let log = "";
  const collect = (chunk: Buffer): void => {
    log += chunk.toString("latin1");
  };
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  const { ended, isOver } = watchEnd(child);
  const stop = (): Promise<void> => stopTree(child, ended);
  return {
    pid: child.pid ?? -1,
    log: () => log,
    ended,
    stop,
    [Symbol.asyncDispose]: stop,
    waitForLog: (pattern, timeoutMs) =>
      until(
        () => `${pattern} in the log of ${command}:\n${log}`,
        () => {
          const match = pattern.exec(log);
          if (match === null && isOver()) throw new Error(`${command} ended (${isOver()}):\n${log}`);
          return match ?? undefined;
        },
        timeoutMs,
      ),
  };
}

function watchEnd(child: ChildProcess): { ended: Promise<string>; isOver: () => string | undefined } {
  let how: string | undefined;
  const ended = new Promise<string>((resolve) => {
    const settle = (text: string): void => {
      how ??= text;
      resolve(how);
    };
    child.once("error", (error) => settle(error.message));
    child.once("exit", (code, signal) => {
      const text = signal === null ? `exit ${code}` : `signal ${signal}`;
      // Its last words may still be in the pipe; `close` comes after them, but never while descendants hold the pipe.
      child.once("close", () => settle(text));
      setTimeout(() => setImmediate(settle, text), 50); // behind a look at the pipe, however late this timer is
    });
  });
  return { ended, isOver: () => how };
}

/** Stopping the parent first means that no child is born while we collect them. */
async function stopTree(child: ChildProcess, ended: Promise<string>): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  const alive = child.exitCode === null && child.signalCode === null;
  if (alive) signalProcess(pid, "SIGSTOP");
  const family = alive ? descendantsOf(pid) : [];
  if (alive) child.kill("SIGKILL");
  for (const descendant of family) signalProcess(descendant, "SIGKILL");
  await ended;
  await until(`end of the children ${family.join(" ")}`, () => !family.some(isRunning));
  child.stdout?.destroy();
  child.stderr?.destroy();
}

/** So that a test run that is itself killed leaves no server behind (prctl(2), PR_SET_PDEATHSIG). */
function withParentDeath(command: readonly string[]): readonly string[] {
  const setpriv = ["/usr/bin/setpriv", "/bin/setpriv"].find((path) => existsSync(path));
  return setpriv === undefined ? command : [setpriv, "--pdeathsig", "TERM", "--", ...command];
}

function withNamespace(name: string | undefined, command: readonly string[]): readonly string[] {
  return name === undefined ? command : inNetns(name, command);
}
