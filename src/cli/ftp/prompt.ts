// The loop: a line, its command, what went wrong; and what the commands work with.
import type { FtpClient } from "../../client/ftp-client.ts";
import type { SallyportError } from "../../protocol/error.ts";
import { exitStatus, exitStatusOf } from "../exit-status.ts";
import { asSallyportError } from "../report/reporter.ts";
import type { LineSource } from "./line-source.ts";
import { openProgressView } from "./progress-view.ts";
import { runWords } from "./prompt-commands.ts";
import { notConnected } from "./session-commands.ts";
import type { ProgressView, Settings, Shell, Target } from "./shell.ts";
import { splitLine } from "./split-line.ts";

export interface PromptWorld {
  readonly lines: LineSource;
  readonly settings: Settings;
  /** A person is at the other end: errors are told and the prompt goes on. */
  readonly interactive: boolean;
  /** Connects and logs in, with what `target` lacks asked for. */
  readonly connect: (target: Target, shell: Shell) => Promise<FtpClient>;
  readonly ask: Shell["ask"];
  readonly output: NodeJS.WritableStream;
  /** Of the terminal that progress is shown on. */
  readonly columns: () => number | undefined;
  readonly report: (error: SallyportError) => void;
  readonly runLocal: (line: string, directory: string) => Promise<number>;
  readonly nowMs: () => number;
}

/** Why a command was ended by Ctrl-C. */
class Interrupted extends Error {}

export class Prompt implements Shell {
  readonly settings: Settings;
  readonly output: NodeJS.WritableStream;
  target: Target | undefined;
  readonly #world: PromptWorld;
  #client: FtpClient | undefined;
  #over = false;
  #running: AbortController | undefined;

  constructor(world: PromptWorld) {
    this.#world = world;
    this.settings = world.settings;
    this.output = world.output;
  }

  /** Until `quit` or the end of the lines; in a script, until the first command that fails. Gives the exit status. */
  async run(): Promise<number> {
    while (!this.#over) {
      const line = await this.#world.lines.next("ftp> ");
      if (line === undefined) break;
      const status = await this.runLine(line);
      if (status !== exitStatus.ok && !this.#world.interactive) return status;
    }
    return exitStatus.ok;
  }

  /** A `-` before a command, in a script: its failure does not end it, as with sftp(1). */
  async runLine(line: string): Promise<number> {
    const [, mark, text = ""] = /^[ \t]*(-?)(.*)$/s.exec(line) ?? [];
    if (text.startsWith("#")) return exitStatus.ok;
    const status = await this.#guarded(() =>
      text.startsWith("!") ? this.#runShell(text.slice(1).trim()) : runWords(this, splitLine(text)),
    );
    return mark === "-" ? exitStatus.ok : status;
  }

  /** The first `open`, from the command line. */
  start(target: Target): Promise<number> {
    return this.attempt(() => this.open(target));
  }

  /** Work as a command does it: its failure is told, Ctrl-C ends it. */
  attempt(work: (shell: Shell) => Promise<void>): Promise<number> {
    return this.#guarded(() => work(this));
  }

  async #runShell(line: string): Promise<void> {
    await this.#world.runLocal(line, this.settings.localDirectory);
  }

  /** True when there was a command to end. */
  interrupt(): boolean {
    this.#running?.abort(new Interrupted());
    return this.#running !== undefined;
  }

  async #guarded(work: () => Promise<void>): Promise<number> {
    this.#running = new AbortController();
    try {
      await work();
      return exitStatus.ok;
    } catch (error) {
      if (error instanceof Interrupted) {
        this.print("interrupted");
        return exitStatus.other;
      }
      return this.#failed(asSallyportError(error));
    } finally {
      this.#running = undefined;
    }
  }

  /** A refusal was shown by the server's own words already. */
  #failed(error: SallyportError): number {
    const shown = this.settings.verbose && error.code.startsWith("FTP_REPLY_") && this.#client !== undefined;
    if (!shown || !this.#world.interactive) this.#world.report(error);
    return exitStatusOf(error);
  }

  get signal(): AbortSignal {
    return (this.#running ?? new AbortController()).signal;
  }

  get connected(): boolean {
    return this.#client !== undefined;
  }

  client(): FtpClient {
    if (this.#client === undefined) throw notConnected();
    return this.#client;
  }

  async open(target: Target): Promise<void> {
    this.target = target;
    const client = await this.#world.connect(target, this);
    this.#client = client;
    void client.closed.then((why) => {
      if (this.#client !== client) return;
      this.#client = undefined;
      if (why !== undefined && this.#running === undefined) this.#world.report(why);
    });
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.[Symbol.asyncDispose]();
  }

  quit(): void {
    this.#over = true;
  }

  print(line: string): void {
    this.output.write(`${line}\n`);
  }

  ask(question: string, hidden: boolean): Promise<string | undefined> {
    return this.#world.ask(question, hidden);
  }

  progress(name: string): ProgressView {
    const { columns, nowMs } = this.#world;
    const write = (text: string): void => void this.output.write(text);
    return openProgressView({ name, hash: this.settings.hash, columns: columns(), write, nowMs });
  }

  runLocal(line: string): Promise<number> {
    return this.#world.runLocal(line, this.settings.localDirectory);
  }

  nowMs(): number {
    return this.#world.nowMs();
  }
}
