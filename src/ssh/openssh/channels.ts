// Opens channels on ssh's multiplexing socket, as promises that can be aborted.
import type { SallyportError } from "../../protocol/error.ts";
import type { RefusalOf } from "../channel-refusal.ts";
import type { ChannelHandle, ChannelOwner } from "./channel-owner.ts";
import type { ProxyConnection } from "./proxy-connection.ts";
import type { Upstream } from "./upstream.ts";

export interface ChannelRequest<T extends ChannelOwner> {
  readonly type: string;
  /** What the type wants behind the maximum packet size (RFC 4254 section 5.1). */
  readonly body: Uint8Array;
  /** `host:port`, or `session`. */
  readonly target: string;
  readonly refusal: RefusalOf;
  /** Makes the owner; called at once when the server has confirmed the channel. */
  readonly makeOwner: (channel: ChannelHandle, upstream: Upstream) => T;
}

export class Channels {
  readonly #connection: ProxyConnection;
  #lost: SallyportError | undefined;

  constructor(connection: ProxyConnection) {
    this.#connection = connection;
  }

  get count(): number {
    return this.#connection.channelCount;
  }

  /** Throws SSH_CHANNEL_REFUSED with the server's reason, what {@link lose} was given, or the signal's reason. */
  open<T extends ChannelOwner>(request: ChannelRequest<T>, signal: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      if (this.#lost !== undefined) return reject(this.#lost);
      const settled = (): void => signal.removeEventListener("abort", onAbort);
      const giveUp = this.#connection.openChannel(request.type, request.body, {
        target: request.target,
        refusal: request.refusal,
        opened: (channel) => {
          settled();
          const owner = request.makeOwner(channel, this.#connection.upstream);
          resolve(owner);
          return owner;
        },
        failed: (error) => {
          settled();
          reject(error);
        },
      });
      const onAbort = (): void => {
        giveUp(); // a channel that opens all the same is closed at once
        reject(signal.reason);
      };
      signal.addEventListener("abort", onAbort, { once: true });
    });
  }

  /** Gets the server's next message on its way; see {@link ProxyConnection.nudge}. */
  nudge(): void {
    this.#connection.nudge();
  }

  /** Every channel breaks with the error, and so does every opening. */
  lose(error: SallyportError): void {
    this.#lost ??= error;
    this.#connection.abandon(this.#lost);
  }
}
