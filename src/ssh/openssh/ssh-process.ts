// The ssh that holds the connection, as a child process.
import type { ChildProcess } from "node:child_process";
import type { Duplex } from "node:stream";
import type { Clock } from "../../platform/clock.ts";
import { startProcess } from "../../platform/start-process.ts";
import { limits } from "../../protocol/limits.ts";
import { onProcessExit } from "./exit-hook.ts";
import type { SshMessages } from "./ssh-messages.ts";

/**
 * How ssh is started: by a shell, for two things that Node cannot do.
 *
 * 1. ssh must stay in our process group, or it could not ask on the terminal; so Ctrl-C reaches it, too, and would end
 *    transfers that may finish. A signal that is ignored when a program starts stays ignored (ssh looks, client_loop).
 * 2. When our program dies without a word (SIGKILL, Ctrl-C where nobody handles it), ssh must not live on. A second shell
 *    waits at a pipe (descriptor 3) whose other end is ours: a line says that all is over, an end without a line that we
 *    are dead. Not standard input, which Node closes before it reports that a process has ended.
 *
 * Arguments: the program, the directory to delete after our death, the program's arguments. The shell becomes the program.
 */
export const launchScript: string = [
  "trap '' INT QUIT",
  "directory=$1",
  "shift",
  '{ trap "" HUP; read -r over <&3 || { kill "$$"; rm -rf -- "$directory"; }; } >/dev/null 2>&1 &',
  'exec "$0" "$@" 3<&-',
].join("\n");

/** The descriptor of the pipe. */
export const lifeline = 3;

export class SshProcess {
  /** `undefined`: the system let it not begin. */
  readonly #child: ChildProcess | undefined;
  readonly #clock: Clock;
  /** Settles when the process is gone and all that it wrote has been read. Never rejects. */
  readonly ended: Promise<void>;

  /** `directory` is deleted, should this program die without doing so itself. */
  constructor(program: string, args: readonly string[], directory: string, messages: SshMessages, clock: Clock) {
    this.#clock = clock;
    let ended: Promise<string | undefined>;
    try {
      const child = startProcess("/bin/sh", ["-c", launchScript, program, directory, ...args], {
        stdio: ["ignore", "ignore", "pipe", "pipe"],
      });
      this.#child = child;
      child.stdio[lifeline]?.on("error", () => {}); // the shell that waits there is gone already
      child.stderr?.setEncoding("latin1");
      child.stderr?.on("data", (text: string) => messages.receive(text));
      const forget = onProcessExit(() => child.kill("SIGKILL"));
      ended = this.#untilEnd(child).finally(forget);
    } catch (error) {
      ended = Promise.resolve((error as Error).message);
    }
    this.ended = ended.then((failure) => {
      if (failure !== undefined) messages.receive(`${failure}\n`);
      messages.end();
    });
  }

  get isRunning(): boolean {
    const child = this.#child;
    return child?.pid !== undefined && child.exitCode === null && child.signalCode === null;
  }

  /** Waits for it to end by itself for up to `patienceMs`, then SIGTERM, then SIGKILL. It is gone when this resolves. */
  async stop(patienceMs: number): Promise<void> {
    const cancels = [
      this.#clock.after(patienceMs, () => this.#child?.kill("SIGTERM")),
      this.#clock.after(patienceMs + limits.disposeGraceMs, () => this.#child?.kill("SIGKILL")),
    ];
    await this.ended;
    for (const cancel of cancels) cancel();
  }

  /** Resolves with words for a process that could not be started. */
  #untilEnd(child: ChildProcess): Promise<string | undefined> {
    return new Promise((resolve) => {
      child.once("error", (error) => resolve(error.message));
      child.once("close", () => resolve(undefined));
      child.once("exit", () => {
        const pipe = child.stdio[lifeline] as Duplex | null | undefined;
        pipe?.end("over\n");
        pipe?.resume();
        const cancel = this.#clock.after(limits.sshStderrEndMs, () => child.stderr?.destroy());
        child.once("close", cancel);
      });
    });
  }
}
