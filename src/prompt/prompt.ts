// The loop: a line, its command, what went wrong; and what the commands work with.
import type { Credentials } from "../client/client-options.ts";
import type { FtpClient } from "../client/ftp-client.ts";
import type { SallyportError } from "../protocol/error.ts";
import { usageError } from "../text/usage-error.ts";
import type { LineSource } from "./line-source.ts";
import { openProgressView } from "./progress-view.ts";
import { runCommandLine } from "./prompt-commands.ts";
import { RedirectedOutput, type Redirection } from "./redirection.ts";
import { SessionSlot } from "./session-slot.ts";
import type { ProgressView, Settings, Shell, Target } from "./shell.ts";

export interface PromptIo {
  readonly lines: LineSource;
  readonly settings: Settings;
  /** A person is at the other end: errors are shown and the prompt continues. */
  readonly interactive: boolean;
  /** Connects and logs in, with what `target` lacks asked for behind the greeting. */
  readonly connect: (target: Target, which: SessionSlot["which"]) => Promise<FtpClient>;
  readonly signIn: (target: Target, signal: AbortSignal) => Promise<Credentials>;
  readonly ask: Shell["ask"];
  readonly output: NodeJS.WritableStream;
  /** Of the terminal that progress is shown on. */
  readonly columns: () => number | undefined;
  /** What was thrown and is no error of ours is a fault of the program. */
  readonly known: (thrown: unknown) => SallyportError;
  /** `shown`: the server's reply has shown it already. */
  readonly report: (error: SallyportError, shown: boolean) => void;
  readonly runLocal: (line: string, directory: string) => Promise<number>;
  readonly nowMs: () => number;
}

/** How a command ended; undefined: well. */
export type Failure = SallyportError | "interrupted" | undefined;

export class Prompt implements Shell, AsyncDisposable {
  readonly settings: Settings;
  readonly #io: PromptIo;
  readonly #first: SessionSlot;
  readonly #second: SessionSlot;
  /** Of the server that the command is for. */
  #slot: SessionSlot;
  lastError: SallyportError | undefined;
  /** In the place of the terminal, for one command. */
  #redirected: RedirectedOutput | undefined;
  #over = false;
  #isReading = false;
  #view: ProgressView | undefined;
  #running: AbortController | undefined;

  constructor(io: PromptIo) {
    this.#io = io;
    this.settings = io.settings;
    const lost = (why: SallyportError): void => this.#lost(why);
    this.#first = new SessionSlot("first", lost);
    this.#second = new SessionSlot("second", lost);
    this.#slot = this.#first;
  }

  /** Until `quit` or the end of the lines; in a script, until the first command that fails: then its failure. */
  async run(): Promise<Failure> {
    while (!this.#over) {
      this.#isReading = true;
      const line = await this.#io.lines.next("ftp> ");
      this.#isReading = false;
      if (line === undefined) break;
      const failure = await this.runLine(line);
      if (failure !== undefined && !this.#io.interactive) return failure;
    }
    return undefined;
  }

  /** A `-` before a command, in a script: its failure does not end it, as with sftp(1). */
  async runLine(line: string): Promise<Failure> {
    const [, mark, text = ""] = /^[ \t]*(-?)(.*)$/s.exec(line) ?? [];
    if (text.startsWith("#")) return undefined;
    const failure = await this.#guarded(() =>
      text.startsWith("!") ? this.#runShell(text.slice(1).trim()) : runCommandLine(this, text),
    );
    return mark === "-" ? undefined : failure;
  }

  /** The first `open`, from the command line. */
  start(target: Target): Promise<Failure> {
    return this.attempt(() => this.open(target));
  }

  /** Work as a command does it: its failure is reported, Ctrl-C ends it. */
  attempt(work: (shell: Shell) => Promise<void>): Promise<Failure> {
    return this.#guarded(() => work(this));
  }

  async #runShell(line: string): Promise<void> {
    await this.#io.runLocal(line, this.settings.localDirectory);
  }

  /** True unless the program is what it ends: a program of this machine may be gone sooner than its Ctrl-C has come here. */
  interrupt(): boolean {
    this.#running?.abort(new Error("interrupted"));
    return this.#running !== undefined || this.#isReading;
  }

  async #guarded(work: () => Promise<void>): Promise<Failure> {
    const running = new AbortController();
    this.#running = running;
    try {
      await work();
      return undefined;
    } catch (error) {
      if (running.signal.aborted && error === running.signal.reason) {
        this.print("interrupted");
        return "interrupted";
      }
      return this.#failed(this.#io.known(error));
    } finally {
      this.#running = undefined;
    }
  }

  /** A command that runs reports it as its own failure. */
  #lost(why: SallyportError): void {
    if (this.#running !== undefined) return;
    this.lastError = why;
    this.#io.lines.aside(() => this.#io.report(why, false));
  }

  #failed(error: SallyportError): SallyportError {
    this.lastError = error;
    const shown = this.settings.verbose && error.code.startsWith("FTP_REPLY_");
    this.#io.report(error, shown && this.#io.interactive);
    if (error.code === "FTP_LOGIN" && this.#io.interactive) this.print("Type user NAME to try again.");
    return error;
  }

  get signal(): AbortSignal {
    return (this.#running ?? new AbortController()).signal;
  }

  get connected(): boolean {
    return this.#slot.connected;
  }

  get target(): Target | undefined {
    return this.#slot.target;
  }

  async atSecond<T>(work: () => T): Promise<Awaited<T>> {
    if (this.#slot === this.#second) throw usageError("there is no third server", "Write proxy once.");
    this.#slot = this.#second;
    try {
      return await work();
    } finally {
      this.#slot = this.#first;
    }
  }

  client(): FtpClient {
    return this.#slot.client();
  }

  open(target: Target): Promise<void> {
    const slot = this.#slot;
    return slot.open(target, () => this.#io.connect(target, slot.which));
  }

  close(): Promise<void> {
    return this.#slot.close();
  }

  get output(): NodeJS.WritableStream {
    return this.#redirected ?? this.#io.output;
  }

  async redirect(redirection: Redirection, work: () => Promise<void>): Promise<void> {
    const output = new RedirectedOutput(redirection, this.settings);
    this.#redirected = output;
    try {
      await output.during(work);
    } finally {
      this.#redirected = undefined;
    }
  }

  /** Ends both sessions; idempotent. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#first.close(), this.#second.close()]);
  }

  quit(): void {
    this.#over = true;
  }

  print(line: string): void {
    this.output.write(`${line}\n`);
  }

  signIn(target: Target): Promise<Credentials> {
    return this.#io.signIn(target, this.signal);
  }

  ask(question: string, hidden: boolean, signal?: AbortSignal): Promise<string | undefined> {
    return this.#io.ask(question, hidden, signal);
  }

  progress(name: string): ProgressView {
    const { columns, nowMs } = this.#io;
    const write = (text: string): void => void this.#io.output.write(text);
    this.#view = openProgressView({ name, hash: this.settings.hash, columns: columns(), write, nowMs });
    return this.#view;
  }

  /** Before a line that belongs to no command is written. */
  eraseProgress(): void {
    this.#view?.erase();
  }

  nowMs(): number {
    return this.#io.nowMs();
  }
}
