// A TCP connection of this machine.
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Clock } from "../platform/clock.ts";
import { type Endpoint, formatEndpoint } from "../platform/endpoint.ts";
import type { CloseInfo, Connection } from "../platform/network.ts";
import { isSallyportError, SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import { makeEndHonest } from "./honest-end.ts";
import { translateErrors } from "./socket-errors.ts";
import { systemEndpoint } from "./system-endpoint.ts";

export class SystemConnection implements Connection {
  readonly stream: Duplex;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly closed: Promise<CloseInfo>;
  readonly #socket: Socket;
  readonly #clock: Clock;
  #endedFirst: "local" | "remote" = "local";
  #verdict: CloseInfo | undefined;

  /** `socket` is connected and comes from {@link socketOptions}. */
  constructor(socket: Socket, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
    this.stream = socket;
    this.local = systemEndpoint(socket.localAddress, socket.localPort);
    this.remote = systemEndpoint(socket.remoteAddress, socket.remotePort);
    translateErrors(socket, `connection with ${formatEndpoint(this.remote)}`, {
      local: formatEndpoint(this.local),
      remote: formatEndpoint(this.remote),
    });
    makeEndHonest(socket);
    this.closed = this.#watch();
  }

  reset(): void {
    this.#verdict ??= { by: "local", how: "reset" };
    const { writableEnded, writableFinished, writableLength } = this.#socket;
    // libuv refuses to reset while a shutdown is under way, and Node then loses the socket. It is over in one turn.
    if (writableEnded && !writableFinished && writableLength === 0) {
      this.#socket.once("finish", () => this.#resetNow());
    } else {
      this.#resetNow();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const cancel = this.#clock.after(limits.disposeGraceMs, () => this.#force());
    if (!this.#socket.writableEnded) this.#socket.end();
    this.#socket.resume();
    await this.closed;
    cancel();
  }

  #resetNow(): void {
    if (!this.#socket.destroyed) this.#socket.resetAndDestroy();
  }

  /** What was not sent by now never will be, so the peer must not take it for complete. */
  #force(): void {
    if (!this.#socket.writableFinished) {
      this.reset();
      return;
    }
    this.#verdict ??= { by: "remote", how: "timeout" };
    this.#socket.destroy();
  }

  #watch(): Promise<CloseInfo> {
    const socket = this.#socket;
    let failure: unknown;
    socket.once("end", () => {
      if (!socket.writableEnded) this.#endedFirst = "remote";
    });
    // Also keeps an error that nobody else waits for from ending the program: `closed` tells it.
    socket.on("error", (error) => {
      failure ??= error;
    });
    return new Promise((resolve) => {
      const settle = (): void => resolve(this.#verdict ?? this.#judge(failure));
      if (socket.closed) settle();
      else socket.once("close", settle);
    });
  }

  #judge(failure: unknown): CloseInfo {
    if (isSallyportError(failure)) {
      if (failure.code === "CLOSED") return { by: "local", how: "reset", error: failure };
      return { by: "remote", how: failure.code === "NET_TIMEOUT" ? "timeout" : "reset", error: failure };
    }
    if (failure !== undefined) {
      const error = new SallyportError("INTERNAL", "the stream was destroyed with a foreign error", { cause: failure });
      return { by: "local", how: "reset", error };
    }
    const complete = this.#socket.readableEnded && this.#socket.writableFinished;
    return complete ? { by: this.#endedFirst, how: "fin" } : { by: "local", how: "reset" };
  }
}
