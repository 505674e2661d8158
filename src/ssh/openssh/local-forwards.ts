// Connections from the remote end, made by another ssh than ours: it forwards a Unix socket of ours (PROTOCOL.mux section 6, what
// `ssh -O forward -L` does) for each of them.
import { rmSync } from "node:fs";
import { connect, type NetConnectOpts, type Socket } from "node:net";
import { abortablePromise } from "../../platform/abort.ts";
import type { Clock } from "../../platform/clock.ts";
import { type Endpoint, formatEndpoint } from "../../platform/endpoint.ts";
import type { Connection } from "../../platform/network.ts";
import { StreamConnection } from "../../platform/stream-connection.ts";
import type { SallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";
import { unknownEnd } from "../channels/remote-network.ts";
import { connectionNotMade, forwardDenied } from "../refusals.ts";
import { ForwardedStream } from "./forwarded-stream.ts";
import type { MuxClient } from "./mux-client.ts";
import { localForwardBody, mux } from "./mux-messages.ts";

export interface LocalForwardsParts {
  readonly control: MuxClient;
  /** Absolute path of a name in our own directory. */
  readonly file: (name: string) => string;
  readonly clock: Clock;
  /** Rejects when ssh does not live any more. */
  readonly confirm: () => Promise<void>;
}

export class LocalForwards {
  readonly #parts: LocalForwardsParts;
  readonly #streams = new Set<ForwardedStream>();
  readonly #closing = new Set<Promise<unknown>>();
  #number = 0;
  #patienceMs: number = limits.sshSharedOpenMs;

  constructor(parts: LocalForwardsParts) {
    this.#parts = parts;
  }

  /** Throws SSH_CHANNEL_REFUSED, SSH_DISCONNECTED, or the signal's reason. */
  async connect(remote: Endpoint, signal: AbortSignal): Promise<Connection> {
    signal.throwIfAborted();
    const { control, file, clock, confirm } = this.#parts;
    const target = formatEndpoint(remote);
    const path = file(`l${this.#number++}`);
    const body = localForwardBody(path, remote.host, remote.port);
    const { type, reason } = await control.request(mux.openForward, body);
    if (type !== mux.ok) throw forwardDenied(target, reason);
    const socket = connect({ path, allowHalfOpen: true, highWaterMark: limits.streamBufferBytes } as NetConnectOpts);
    const stream = new ForwardedStream(socket, target, confirm);
    this.#streams.add(stream);
    stream.on("error", () => {}); // until somebody has it
    // Not before: ssh might not have accepted the connection yet.
    stream.once("close", () => this.#close(stream, path, body));
    try {
      await this.#untilOpen(socket, target, signal);
    } catch (error) {
      stream.destroy();
      throw error;
    }
    return new StreamConnection({ stream, local: unknownEnd, remote, clock, breakOff: () => stream.destroy() });
  }

  /** Ends them all; resolves when ssh has forgotten them. */
  async lose(error: SallyportError): Promise<void> {
    for (const stream of this.#streams) stream.destroy(error);
    while (this.#closing.size + this.#streams.size > 0) {
      await Promise.all([...this.#streams].map((stream) => new Promise((resolve) => stream.once("close", resolve))));
      await Promise.all(this.#closing);
    }
  }

  /**
   * ssh accepts before it asks the server, and closes where that refuses. A byte or an end-of-file is a yes; so is silence, for some
   * two round trips as the first of these connections took them, since an upload's peer says nothing.
   */
  #untilOpen(socket: Socket, target: string, signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    const begin = clock.nowMs();
    return abortablePromise(signal, (resolve, reject) => {
      const refused = (): void => reject(connectionNotMade(target));
      const answered = (): void => {
        this.#patienceMs = Math.max(limits.sshSharedOpenMsMin, Math.min(this.#patienceMs, 2 * (clock.nowMs() - begin)));
        resolve();
      };
      // Nothing is sent, but Linux knows an end-of-file (all is well) from a connection that is gone (EPIPE).
      const ended = (): void => void socket.write(Buffer.alloc(0), (error) => (error ? refused() : resolve()));
      const cancel = clock.after(this.#patienceMs, resolve);
      socket.once("data", answered).once("end", ended).once("error", refused).once("close", refused);
      return () => {
        cancel();
        socket.off("data", answered).off("end", ended).off("error", refused).off("close", refused);
      };
    });
  }

  #close(stream: ForwardedStream, path: string, body: Uint8Array): void {
    this.#streams.delete(stream);
    const closing = this.#parts.control.request(mux.closeForward, body).catch(() => {});
    this.#closing.add(closing);
    void closing.then(() => {
      this.#closing.delete(closing);
      rmSync(path, { force: true });
    });
  }
}
