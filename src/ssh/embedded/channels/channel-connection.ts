// A channel as a Connection of the network at the remote end.

import type { Duplex } from "node:stream";
import type { Clock } from "../../../platform/clock.ts";
import type { Endpoint } from "../../../platform/endpoint.ts";
import type { CloseInfo, Connection } from "../../../platform/network.ts";
import { isSallyportError, SallyportError } from "../../../protocol/error.ts";
import { limits } from "../../../protocol/limits.ts";
import { ownEntry } from "../../../protocol/own-entry.ts";
import type { Channel } from "./channel.ts";

/** How each code of a broken stream is told. The channel makes no others. */
const endings: Readonly<Record<string, Pick<CloseInfo, "by" | "how">>> = {
  NET_RESET: { by: "remote", how: "reset" },
  SSH_DISCONNECTED: { by: "remote", how: "lost" },
  CLOSED: { by: "local", how: "reset" },
};

export class ChannelConnection implements Connection {
  readonly stream: Duplex;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly closed: Promise<CloseInfo>;
  readonly #channel: Channel;
  readonly #clock: Clock;
  #endedFirst: "local" | "remote" = "local";
  #verdict: CloseInfo | undefined;

  constructor(channel: Channel, local: Endpoint, remote: Endpoint, clock: Clock) {
    this.#channel = channel;
    this.#clock = clock;
    this.stream = channel;
    this.local = local;
    this.remote = remote;
    this.closed = this.#watch();
  }

  reset(): void {
    this.#verdict ??= { by: "local", how: "reset" };
    this.#channel.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const cancel = this.#clock.after(limits.disposeGraceMs, () => this.reset());
    if (!this.#channel.writableEnded) this.#channel.end();
    this.#channel.resume();
    await this.closed;
    cancel();
  }

  async #watch(): Promise<CloseInfo> {
    const channel = this.#channel;
    let failure: unknown = channel.errored ?? undefined;
    channel.once("end", () => {
      if (!channel.writableEnded) this.#endedFirst = "remote";
    });
    // Also keeps an error that nobody else waits for from ending the program: `closed` tells it.
    channel.on("error", (error) => {
      failure ??= error;
    });
    await new Promise<void>((resolve) => {
      if (channel.closed) resolve();
      else channel.once("close", () => resolve());
    });
    await this.#untilGone();
    return this.#verdict ?? this.#judge(failure);
  }

  /** The server has to answer our close (RFC 4254 section 5.3). One that does not must not hold us. */
  #untilGone(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(limits.disposeGraceMs, resolve);
      void this.#channel.gone.then(() => {
        cancel();
        resolve();
      });
    });
  }

  #judge(failure: unknown): CloseInfo {
    if (isSallyportError(failure)) {
      return { ...(ownEntry(endings, failure.code) ?? { by: "remote", how: "reset" }), error: failure };
    }
    if (failure !== undefined) {
      const error = new SallyportError("INTERNAL", "the stream was destroyed with a foreign error", { cause: failure });
      return { by: "local", how: "reset", error };
    }
    const complete = this.#channel.readableEnded && this.#channel.writableFinished;
    return complete ? { by: this.#endedFirst, how: "fin" } : { by: "local", how: "reset" };
  }
}
