// Control connections: to the client, which has come, and to the FTP server. Never paused, so that ABOR always gets through.

import { afterTwoTurns, Cork } from "../platform/cork.ts";
import type { Endpoint } from "../platform/endpoint.ts";
import type { Connection } from "../platform/network.ts";
import { limits } from "../protocol/limits.ts";
import type { GatewayEnvironment, GatewayOptions, Upstream, UpstreamTls } from "./environment.ts";
import { describe } from "./transfer-connections.ts";
import { connectUpstream } from "./upstream-data.ts";

export interface ControlEvents {
  readonly bytes: (bytes: Uint8Array) => void;
  /** End-of-file from the peer; `text`: it was the SSH server's doing. */
  readonly ended: (text: string | undefined) => void;
  /** Nothing more will come; `text` says why unless it ended in order. */
  readonly gone: (text: string | undefined) => void;
}

/** Bytes in, bytes out, one report when it is over. */
export class ControlConnection {
  readonly connection: Connection;
  readonly #events: ControlEvents;
  #closing = false;
  readonly #cork = new Cork(afterTwoTurns);

  constructor(connection: Connection, events: ControlEvents) {
    this.connection = connection;
    this.#events = events;
    const { stream } = connection;
    stream.on("data", this.#onData);
    stream.once("end", () => this.#closing || events.ended(stream.errored ? describe(stream.errored) : undefined));
    stream.on("error", () => {}); // `closed` tells it
    void connection.closed.then((close) => this.#closing || events.gone(close.error && describe(close.error)));
  }

  /** `mayWait`: for two turns of the event loop; what is written behind it then leaves with it, in one packet. */
  write(bytes: Uint8Array, mayWait = false): void {
    const { stream } = this.connection;
    if (this.#closing || stream.destroyed || stream.writableEnded) return;
    if (mayWait) this.#cork.hold(stream);
    stream.write(bytes);
    if (!mayWait) this.#cork.release();
    if (stream.writableLength > limits.controlBufferBytesMax) {
      this.#events.gone("the peer does not read its control connection");
      this.connection.reset();
    }
  }

  /** Nothing more is read from it or written on it here: TLS begins. */
  release(): Connection {
    this.#closing = true;
    this.connection.stream.off("data", this.#onData).pause();
    return this.connection;
  }

  readonly #onData = (bytes: Uint8Array): void => this.#events.bytes(bytes);

  /** Flush, end, and wait until it is gone. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.connection[Symbol.asyncDispose]();
  }
}

export interface UpstreamControl {
  readonly upstream: Upstream;
  /** Inside TLS, where it has that from its first byte. */
  readonly connection: Connection;
  readonly tls: UpstreamTls | undefined;
  /** The SSH host's end of it, where back mode `default-port` needs it and could find it. */
  readonly controlEnd: Endpoint | undefined;
}

/**
 * To the FTP server. An SSH connection that died unnoticed shows it when the first channel is asked for: then over the next
 * one, once. Nothing has been sent to the client or the server yet.
 */
export async function openUpstreamControl(
  environment: GatewayEnvironment,
  options: GatewayOptions,
  signal: AbortSignal,
): Promise<UpstreamControl> {
  const upstream = await environment.upstream(signal);
  try {
    return await openOver(upstream, environment, options, signal);
  } catch (error) {
    if (!upstream.signal.aborted || signal.aborted) throw error;
    return await openOver(await environment.upstream(signal), environment, options, signal);
  }
}

async function openOver(
  upstream: Upstream,
  environment: GatewayEnvironment,
  options: GatewayOptions,
  signal: AbortSignal,
): Promise<UpstreamControl> {
  const { target, upstreamMode, upstreamTls } = options;
  const tls = upstreamTls?.open();
  const connect = async (): Promise<Connection> => {
    const plain = await connectUpstream(upstream, environment.clock, target, signal);
    return upstreamTls?.mode === "implicit" && tls !== undefined ? await tls.secureControl(plain, signal) : plain;
  };
  if (upstreamMode !== "default-port") return { upstream, connection: await connect(), tls, controlEnd: undefined };
  const { connection, end } = await upstream.remoteSockets.connect(target.port, connect, signal);
  return { upstream, connection, tls, controlEnd: end };
}
