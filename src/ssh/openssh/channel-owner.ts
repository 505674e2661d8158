// Who is told what happens on a channel, and what he can do with it.
import type { SallyportError } from "../../protocol/error.ts";
import type { ConnectionEvent } from "../connection-protocol/events.ts";

/** What happens on a channel that is open. `closed` is the last. */
export type ChannelEvent = Exclude<ConnectionEvent, { readonly type: "write" | "failed" | "opened" | "refused" }>;

export interface ChannelOwner {
  receive(event: ChannelEvent): void;
  /** The SSH connection is gone. */
  lost(error: SallyportError): void;
}

/** What an owner can do with its channel. After `close` nothing has any effect. */
export interface ChannelHandle {
  readonly number: number;
  /** `host:port`, or `session`. */
  readonly target: string;
  /** The owner has taken this much of what it was given. */
  consume(bytes: number): void;
  /** `staysOpen`: also after the server's end-of-file, until `close`. */
  endOfFile(options?: { readonly staysOpen: boolean }): void;
  request(name: string, body: Uint8Array): void;
  /** A request without an answer. */
  notify(name: string, body: Uint8Array): void;
  /** Gives the channel up, without an end-of-file where none was sent. `onGone`: the server has closed it, too. */
  close(onGone?: () => void): void;
}
