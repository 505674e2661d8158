// The proxy connections of one ssh: one at a time takes new channels.
import type { SallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";
import type { ChannelHandle, ChannelOwner } from "./channel-owner.ts";
import { ProxyConnection } from "./proxy-connection.ts";
import type { Upstream } from "./upstream.ts";

export interface ChannelRequest<T extends ChannelOwner> {
  readonly type: string;
  readonly body: Uint8Array;
  /** `host:port`, or `session`. */
  readonly target: string;
  /** Makes the owner; called at once when the server has confirmed the channel. */
  readonly makeOwner: (channel: ChannelHandle, upstream: Upstream) => T;
}

/**
 * ssh frees what it keeps of a refused channel only when the proxy connection is closed (channel_proxy_upstream forgets
 * SSH_MSG_CHANNEL_OPEN_FAILURE), and at 16,384 channels it ends itself. An FTP server that is down for a day would be
 * enough; so after some refusals another connection takes over, and the old one goes with its last channel.
 */
export class ProxyPool {
  readonly #socketPath: string;
  readonly #connections = new Set<ProxyConnection>();
  #current: ProxyConnection;
  #isReplacing = false;
  #lost: SallyportError | undefined;

  #fail: (error: SallyportError | undefined) => void = () => {};
  /** Settles when a connection closes that is still in use: with an error if the protocol was broken. Never rejects. */
  readonly failed: Promise<SallyportError | undefined>;

  private constructor(socketPath: string, first: ProxyConnection) {
    this.#socketPath = socketPath;
    this.#current = first;
    this.failed = new Promise((resolve) => {
      this.#fail = resolve;
    });
    this.#adopt(first);
  }

  static async open(socketPath: string): Promise<ProxyPool> {
    return new ProxyPool(socketPath, await ProxyConnection.open(socketPath));
  }

  get channelCount(): number {
    return [...this.#connections].reduce((sum, { channelCount }) => sum + channelCount, 0);
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  /** Throws SSH_CHANNEL_REFUSED with the server's reason, SSH_DISCONNECTED, or the signal's reason. */
  openChannel<T extends ChannelOwner>(request: ChannelRequest<T>, signal: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      if (this.#lost !== undefined) return reject(this.#lost);
      const connection = this.#current;
      const { type, body, target, makeOwner } = request;
      const settled = (): void => signal.removeEventListener("abort", onAbort);
      const giveUp = connection.openChannel(type, body, {
        target,
        opened: (channel) => {
          settled();
          const owner = makeOwner(channel, connection.upstream);
          resolve(owner);
          return owner;
        },
        refused: (error) => {
          settled();
          reject(error);
          this.#replaceIfWorn();
        },
      });
      const onAbort = (): void => {
        giveUp();
        reject(signal.reason);
      };
      signal.addEventListener("abort", onAbort, { once: true });
    });
  }

  /** Every channel breaks with the error, and so does every opening. */
  lose(error: SallyportError): void {
    this.#lost ??= error;
    for (const connection of this.#connections) connection.abandon(this.#lost);
    this.#connections.clear();
  }

  #adopt(connection: ProxyConnection): void {
    this.#connections.add(connection);
    void connection.ended.then((failure) => {
      const wasOurs = this.#connections.delete(connection);
      if (wasOurs && (connection === this.#current || connection.channelCount > 0)) this.#fail(failure);
    });
  }

  #replaceIfWorn(): void {
    if (this.#isReplacing || this.#current.refusals < limits.sshRefusedChannelsMax) return;
    this.#isReplacing = true;
    void ProxyConnection.open(this.#socketPath)
      .then((fresh) => {
        if (this.#lost !== undefined) return fresh.abandon(this.#lost);
        this.#adopt(fresh);
        const worn = this.#current;
        this.#current = fresh;
        worn.retire();
      })
      .catch(() => {}) // ssh is on its way out, or the next refusal tries again
      .finally(() => {
        this.#isReplacing = false;
      });
  }
}
