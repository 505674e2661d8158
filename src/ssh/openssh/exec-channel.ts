// A command at the far end, on a session channel (RFC 4254 section 6.5).

import { SallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";
import { ownEntry } from "../../protocol/own-entry.ts";
import { WireWriter } from "../connection-protocol/wire-writer.ts";
import type { ExecResult } from "../ssh-connection.ts";
import type { ChannelEvent, ChannelHandle, ChannelOwner } from "./channel-owner.ts";

/** Numbers of the signals of RFC 4254 section 6.10: a shell makes 128 + n of them. */
const signals: Readonly<Record<string, number>> = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ILL: 4,
  ABRT: 6,
  FPE: 8,
  KILL: 9,
  USR1: 10,
  SEGV: 11,
  USR2: 12,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
};

/** What ssh(1) exits with where it knows nothing better. */
const unknownExitCode = 255;

export class ExecChannel implements ChannelOwner {
  readonly #channel: ChannelHandle;
  readonly #output: Buffer[] = [];
  #outputBytes = 0;
  #exitCode: number | undefined;
  readonly #result: Promise<ExecResult>;
  #resolve: (result: ExecResult) => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor(channel: ChannelHandle, command: string) {
    this.#channel = channel;
    this.#result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#result.catch(() => {}); // it may fail before anybody waits
    channel.request("exec", new WireWriter().string(command).payload());
    channel.endOfFile();
  }

  /** Rejects with the signal's reason, LIMIT_REPLY, SSH_CHANNEL_REFUSED or SSH_DISCONNECTED. */
  result(signal: AbortSignal): Promise<ExecResult> {
    const onAbort = (): void => this.#fail(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
    return this.#result.finally(() => signal.removeEventListener("abort", onAbort));
  }

  receive(event: ChannelEvent): void {
    if (event.type === "data") this.#data(event.bytes);
    else if (event.type === "extended-data") this.#channel.consume(event.bytes.length);
    else if (event.type === "exit-status") this.#exitCode = event.status;
    else if (event.type === "exit-signal")
      this.#exitCode = 128 + (ownEntry(signals, event.signal) ?? unknownExitCode - 128);
    else if (event.type === "reply" && !event.ok) this.#fail(this.#refused());
    else if (event.type === "closed") this.#finish();
  }

  lost(error: SallyportError): void {
    this.#fail(error);
  }

  #data(bytes: Uint8Array): void {
    this.#outputBytes += bytes.length;
    this.#channel.consume(bytes.length);
    if (this.#outputBytes > limits.sshExecOutputBytesMax) this.#fail(this.#tooLong());
    else this.#output.push(Buffer.from(bytes));
  }

  #finish(): void {
    const stdout = Buffer.concat(this.#output).toString("utf8");
    this.#resolve({ exitCode: this.#exitCode ?? unknownExitCode, stdout });
  }

  #fail(error: unknown): void {
    this.#channel.close();
    this.#reject(error);
  }

  #refused(): SallyportError {
    return new SallyportError("SSH_CHANNEL_REFUSED", "the SSH server refused to run a command", {
      details: { remote: "session", phase: "exec" },
      cure: "Look at ForceCommand, PermitTTY and command= in authorized_keys: this key may not run commands.",
    });
  }

  #tooLong(): SallyportError {
    const most = limits.sshExecOutputBytesMax;
    return new SallyportError("LIMIT_REPLY", `the command at the far end wrote more than ${most} bytes`);
  }
}
