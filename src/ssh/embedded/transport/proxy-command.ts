// ProxyCommand: a program of the user's whose standard input and output are the connection.
import type { ChildProcessByStdio } from "node:child_process";
import { Duplex, type Readable, type Writable } from "node:stream";
import type { Clock } from "../../../platform/clock.ts";
import { startProcess } from "../../../platform/start-process.ts";
import { limits } from "../../../protocol/limits.ts";
import { proxyFailed } from "../ssh-errors.ts";

type Proxy = ChildProcessByStdio<Writable, Readable, Readable>;

/** Steps of a program that does not want to go, each after a share of the grace. */
const signals = ["SIGHUP", "SIGTERM", "SIGKILL"] as const;

/** Destroying it ends the program; `close` comes when that has gone. */
export class ProxyCommand extends Duplex {
  readonly #proxy: Proxy;
  readonly #clock: Clock;
  readonly #gone: Promise<void>;

  /** Throws `SSH_CONNECT` where the system lets no program begin. */
  constructor(command: string, clock: Clock, tellUser: (text: string) => void) {
    super({ allowHalfOpen: true, highWaterMark: limits.streamBufferBytes });
    this.#clock = clock;
    this.#proxy = start(command);
    this.#gone = new Promise((resolve) => {
      this.#proxy.once("close", () => resolve());
    });
    this.#listen(programOf(command));
    this.#proxy.stderr.on("data", (data: Buffer) => tellUser(data.toString("latin1")));
  }

  override _read(): void {
    this.#proxy.stdout.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#proxy.stdin.write(chunk, (error) => this.#unlessItFailed(() => done(error), error));
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#proxy.stdin.end((error?: Error | null) => this.#unlessItFailed(() => done(error), error));
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#proxy.stdin.destroy();
    this.#proxy.stdout.destroy();
    this.#proxy.stderr.destroy();
    this.#end(0);
    void this.#gone.then(() => done(error));
  }

  #end(step: number): void {
    const { pid, exitCode, signalCode } = this.#proxy;
    const signal = signals[step];
    if (pid === undefined || exitCode !== null || signalCode !== null || signal === undefined) return;
    this.#proxy.kill(signal);
    const cancel = this.#clock.after(limits.disposeGraceMs / 4, () => this.#end(step + 1));
    void this.#gone.then(cancel);
  }

  #listen(program: string): void {
    const { stdin, stdout } = this.#proxy;
    this.#proxy.once("error", (error) => this.destroy(proxyFailed(program, error.message)));
    this.#proxy.once("exit", (code, signal) => {
      if (code !== 0 && !this.destroyed) this.destroy(proxyFailed(program, signal ?? `exit status ${code}`));
    });
    stdin.on("error", () => {}); // EPIPE: the program's end says more
    stdout.on("data", (data: Buffer) => {
      if (!this.push(data)) stdout.pause();
    });
    stdout.once("end", () => this.#endOfFile());
    stdout.pause();
  }

  #endOfFile(): void {
    this.#onceItsEndIsKnown(() => {
      if (!this.destroyed) this.push(null);
    });
  }

  #unlessItFailed(done: () => void, error: Error | null | undefined): void {
    if (error) this.#onceItsEndIsKnown(done);
    else done();
  }

  /** A program that failed is about to say so by its exit status, which says more than its end-of-file or EPIPE. */
  #onceItsEndIsKnown(then: () => void): void {
    let isKnown = false;
    const settle = (): void => {
      if (isKnown) return;
      isKnown = true;
      cancel();
      then();
    };
    const cancel = this.#clock.after(limits.disposeGraceMs / 4, settle);
    void this.#gone.then(settle);
  }
}

/** The command goes to the shell, like ssh with `exec` before it, so that the program is our child itself. */
function start(command: string): Proxy {
  const shell = process.platform === "win32" ? undefined : (process.env["SHELL"] ?? "/bin/sh");
  const stdio: ["pipe", "pipe", "pipe"] = ["pipe", "pipe", "pipe"];
  try {
    if (shell === undefined) return startProcess(command, { shell: true, stdio });
    return startProcess(shell, ["-c", `exec ${command}`], { stdio });
  } catch (error) {
    throw proxyFailed(programOf(command), (error as Error).message);
  }
}

/** Arguments are not shown: they may hold a password. */
const programOf = (command: string): string => command.trim().split(/\s/)[0] ?? "";
