// The ssh that holds the connection, as a child process.
import { type ChildProcess, spawn } from "node:child_process";
import type { Duplex } from "node:stream";
import type { Clock } from "../../platform/clock.ts";
import { limits } from "../../protocol/limits.ts";
import { onProcessExit } from "./exit-hook.ts";
import { launchScript, lifeline } from "./launch-script.ts";
import type { SshMessages } from "./ssh-messages.ts";

export class SshProcess {
  readonly #child: ChildProcess;
  readonly #clock: Clock;
  /** Settles when the process is gone and all that it wrote has been read. Never rejects. */
  readonly ended: Promise<void>;

  /** `directory` is deleted, should this program die without doing so itself. */
  constructor(program: string, args: readonly string[], directory: string, messages: SshMessages, clock: Clock) {
    this.#clock = clock;
    const child = spawn("/bin/sh", ["-c", launchScript, program, directory, ...args], {
      stdio: ["ignore", "ignore", "pipe", "pipe"],
    });
    this.#child = child;
    child.stdio[lifeline]?.on("error", () => {}); // the shell that waits there is gone already
    child.stderr?.setEncoding("latin1");
    child.stderr?.on("data", (text: string) => messages.receive(text));
    const forget = onProcessExit(() => child.kill("SIGKILL"));
    this.ended = this.#untilEnd(child).then((failure) => {
      forget();
      if (failure !== undefined) messages.receive(`${failure}\n`);
      messages.end();
    });
  }

  get isRunning(): boolean {
    return this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Waits for it to end by itself for up to `patienceMs`, then SIGTERM, then SIGKILL. It is gone when this resolves. */
  async stop(patienceMs: number): Promise<void> {
    const cancels = [
      this.#clock.after(patienceMs, () => this.#child.kill("SIGTERM")),
      this.#clock.after(patienceMs + limits.disposeGraceMs, () => this.#child.kill("SIGKILL")),
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
