// A command at the remote end, on a session channel (RFC 4254 section 6.5).
import type { SallyportError } from "../../protocol/error.ts";
import { CommandOutput } from "../command-output.ts";
import { WireWriter } from "../connection-protocol/wire-writer.ts";
import { execRefused } from "../session-refusal.ts";
import type { ExecResult } from "../ssh-connection.ts";
import type { ChannelEvent, ChannelHandle, ChannelOwner } from "./channel-owner.ts";

export class ExecChannel implements ChannelOwner {
  readonly #channel: ChannelHandle;
  readonly #output = new CommandOutput();
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
    channel.endOfFile({ staysOpen: true });
  }

  /** Rejects with the signal's reason, LIMIT_REPLY, SSH_CHANNEL_REFUSED or SSH_DISCONNECTED. */
  result(signal: AbortSignal): Promise<ExecResult> {
    const onAbort = (): void => this.#stop(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
    return this.#result.finally(() => signal.removeEventListener("abort", onAbort));
  }

  receive(event: ChannelEvent): void {
    if (event.type === "data") this.#data(event.bytes);
    else if (event.type === "extended-data") this.#channel.consume(event.bytes.length);
    else if (event.type === "eof") this.#output.end();
    else if (event.type === "exit-status") this.#output.exit(event.status);
    else if (event.type === "reply" && !event.ok) this.#fail(execRefused());
    if (event.type === "closed" || this.#output.isOver) this.#finish();
  }

  lost(error: SallyportError): void {
    this.#fail(error);
  }

  #data(bytes: Uint8Array): void {
    this.#channel.consume(bytes.length);
    const failure = this.#output.add(bytes);
    if (failure !== undefined) this.#stop(failure);
  }

  #finish(): void {
    this.#resolve(this.#output.result);
    this.#channel.close();
  }

  /** A command that still runs is told to end (section 6.9). */
  #stop(error: unknown): void {
    this.#channel.notify("signal", new WireWriter().string("TERM").payload());
    this.#fail(error);
  }

  #fail(error: unknown): void {
    this.#channel.close();
    this.#reject(error);
  }
}
