// A program that runs inside a world: its log, and its end.
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { wakefulClock } from "../../../network/system-clock.ts";
import { SallyportError } from "../../../protocol/error.ts";
import { limits } from "../../../protocol/limits.ts";

export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Standard output is read by {@link Program.output} and is no part of the log. */
  readonly hasOutput?: boolean;
}

export class Program {
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #watchers = new Set<() => void>();
  #log = "";
  #end: string | undefined;
  /** Settles when it is gone. */
  readonly ended: Promise<void>;

  constructor(command: readonly string[], options: ProgramOptions) {
    const [file = "", ...words] = command;
    this.#name = words.slice(words.lastIndexOf("--") + 1).join(" ");
    this.#child = spawn(file, words, {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, LANG: "C.UTF-8", ...options.env },
      detached: true, // Ctrl-C is for this program alone
    });
    this.#child.stdin?.on("error", () => {});
    const streams = [this.#child.stderr, options.hasOutput === true ? null : this.#child.stdout];
    for (const stream of streams) stream?.on("data", (bytes: Buffer) => this.#receive(bytes.toString("latin1")));
    this.ended = this.#untilEnd();
  }

  get log(): string {
    return this.#log;
  }

  get input(): Writable {
    return this.#child.stdin as Writable;
  }

  get output(): Readable {
    return this.#child.stdout as Readable;
  }

  /** Resolves once the log matches. Throws `CONFIG_INVALID` when it ends first, or after a minute. */
  logged(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const stop = (settle: () => void): void => {
        cancel();
        this.#watchers.delete(look);
        settle();
      };
      const look = (): void => {
        const match = pattern.exec(this.#log);
        if (match !== null) stop(() => resolve(match));
        else if (this.#end !== undefined) stop(() => reject(this.#failure(`it ended (${this.#end})`)));
      };
      const cancel = wakefulClock.after(limits.labProgramReadyMs, () =>
        stop(() => reject(this.#failure("it did not come up"))),
      );
      this.#watchers.add(look);
      look();
    });
  }

  /** Kills it and all that it started, at once. */
  async kill(): Promise<void> {
    const { pid } = this.#child;
    if (pid === undefined || this.#end !== undefined) return;
    for (const one of [...descendantsOf(pid), pid]) signal(one, "SIGKILL");
    await this.ended;
  }

  #receive(text: string): void {
    this.#log = (this.#log + text).slice(-limits.labLogCharactersMax);
    this.#notify();
  }

  #notify(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }

  #failure(how: string): SallyportError {
    return new SallyportError("CONFIG_INVALID", `${this.#name}: ${how}\n${this.#log.trim()}`);
  }

  #untilEnd(): Promise<void> {
    return new Promise((resolve) => {
      const settle = (how: string): void => {
        this.#end ??= how;
        this.#notify();
        resolve();
      };
      this.#child.once("error", (error) => settle(error.message));
      this.#child.once("close", (code, name) => settle(name ?? `exit ${code}`));
    });
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It is gone.
  }
}

// The processes that a process started, and those that they started.
/** As seen now; those whose parent has ended are not found. */
function descendantsOf(ancestor: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    if (/^\d+$/.test(name)) parents.set(Number(name), parentOf(name));
  }
  const found = [ancestor];
  for (const parent of found) {
    for (const [pid, its] of parents) if (its === parent) found.push(pid);
  }
  return found.slice(1);
}

/** The name in parentheses may hold spaces and parentheses itself, so look behind the last one (proc(5), stat). */
function parentOf(name: string): number {
  try {
    const stat = readFileSync(`/proc/${name}/stat`, "latin1");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return 0;
  }
}
