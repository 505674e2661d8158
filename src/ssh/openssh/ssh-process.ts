// The ssh that holds the connection, as a child process.
import { type ChildProcess, spawn } from "node:child_process";
import type { Clock } from "../../platform/clock.ts";
import { limits } from "../../protocol/limits.ts";
import { onProcessExit } from "./exit-hook.ts";
import type { SshMessages } from "./ssh-messages.ts";

/**
 * ssh must stay in our process group, or it could not ask on the terminal; so Ctrl-C reaches it, too, and would end
 * running transfers that may finish. A signal that is ignored when a program starts stays ignored (ssh looks for that in
 * client_loop), and only a shell can start it so.
 */
const script = 'trap "" INT QUIT; exec "$0" "$@"';

export class SshProcess {
  readonly #child: ChildProcess;
  readonly #clock: Clock;
  /** Settles when the process is gone and all that it wrote has been read. Never rejects. */
  readonly ended: Promise<void>;

  constructor(program: string, args: readonly string[], messages: SshMessages, clock: Clock) {
    this.#clock = clock;
    const child = spawn("/bin/sh", ["-c", script, program, ...args], { stdio: ["ignore", "ignore", "pipe"] });
    this.#child = child;
    child.stderr.setEncoding("latin1");
    child.stderr.on("data", (text: string) => messages.receive(text));
    const forget = onProcessExit(() => child.kill("SIGKILL"));
    this.ended = untilEnd(child, clock).then((failure) => {
      forget();
      if (failure !== undefined) messages.receive(`${failure}\n`);
      messages.end();
    });
  }

  /** -1 where it could not be started. */
  get pid(): number {
    return this.#child.pid ?? -1;
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
}

/** Resolves with words for a process that could not be started. */
function untilEnd(child: ChildProcess, clock: Clock): Promise<string | undefined> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", () => resolve(undefined));
    // A ProxyCommand that outlives ssh keeps the pipe open; nothing of interest comes after a moment.
    child.once("exit", () => clock.after(limits.sshOriginatorWaitMs, () => child.stderr?.destroy()));
  });
}
