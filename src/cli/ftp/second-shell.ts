// `proxy`: the same commands, with the second server.
import type { Credentials } from "../../client/client-options.ts";
import type { FtpClient } from "../../client/ftp-client.ts";
import type { SallyportError } from "../../protocol/error.ts";
import { usageError } from "../command-line/usage-error.ts";
import type { Redirection } from "./redirection.ts";
import type { SessionSlot } from "./session-slot.ts";
import type { ProgressView, Settings, Shell, Target } from "./shell.ts";

export class SecondShell implements Shell {
  readonly settings: Settings;
  readonly #first: Shell;
  readonly #slot: SessionSlot;
  readonly #connect: (target: Target, shell: Shell) => Promise<FtpClient>;

  constructor(first: Shell, slot: SessionSlot, connect: (target: Target, shell: Shell) => Promise<FtpClient>) {
    this.settings = first.settings;
    this.#first = first;
    this.#slot = slot;
    this.#connect = connect;
  }

  get second(): Shell {
    throw usageError("there is no third server", "Write proxy once.");
  }

  get output(): NodeJS.WritableStream {
    return this.#first.output;
  }

  redirect(redirection: Redirection, work: () => Promise<void>): Promise<void> {
    return this.#first.redirect(redirection, work);
  }

  get signal(): AbortSignal {
    return this.#first.signal;
  }

  get target(): Target | undefined {
    return this.#slot.target;
  }

  get connected(): boolean {
    return this.#slot.connected;
  }

  get lastError(): SallyportError | undefined {
    return this.#first.lastError;
  }

  client(): FtpClient {
    if (!this.connected) throw usageError("there is no second session", "Type proxy open HOST first.");
    return this.#slot.client();
  }

  open(target: Target): Promise<void> {
    return this.#slot.open(target, (place) => this.#connect(place, this));
  }

  close(): Promise<void> {
    return this.#slot.close();
  }

  quit(): void {
    this.#first.quit();
  }

  print(line: string): void {
    this.#first.print(line);
  }

  signIn(target: Target): Promise<Credentials> {
    return this.#first.signIn(target);
  }

  ask(question: string, hidden: boolean, signal?: AbortSignal): Promise<string | undefined> {
    return this.#first.ask(question, hidden, signal);
  }

  progress(name: string): ProgressView {
    return this.#first.progress(name);
  }

  nowMs(): number {
    return this.#first.nowMs();
  }
}
