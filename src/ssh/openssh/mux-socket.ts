// A connection to ssh's multiplexing socket: bytes in large pieces, and writes gathered.
import { connect, type Socket } from "node:net";
import { Cork, endOfTurn } from "../../platform/cork.ts";
import { limits } from "../../protocol/limits.ts";
import { bulkReading } from "../bulk-reading.ts";
import { widenSendBuffer } from "./send-buffer.ts";

export interface MuxSocketOptions {
  readonly path: string;
  /** `bytes` stays valid; nobody writes there again. */
  readonly onBytes: (bytes: Uint8Array) => void;
}

export class MuxSocket {
  readonly #socket: Socket;
  readonly #cork: Cork = new Cork(endOfTurn);
  /** Who gets the bytes. */
  onBytes: (bytes: Uint8Array) => void;
  /** Whether what comes may wait for more; on a long line it would make ssh's own buffer grow (window-policy.ts). */
  mayWait: () => boolean = () => false;
  /** Settles when the socket is closed, by whomever. Never rejects. */
  readonly closed: Promise<void>;
  /** Rejects with the system's error. */
  readonly connected: Promise<void>;

  constructor(options: MuxSocketOptions) {
    this.onBytes = options.onBytes;
    const socket = connect({
      path: options.path,
      onread: bulkReading({
        socket: () => this.#socket,
        onBytes: (bytes) => this.onBytes(bytes),
        fullBytes: () => (this.mayWait() ? limits.sshMuxFullBytes : 0),
      }),
    });
    this.#socket = socket;
    this.connected = new Promise((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    this.connected.catch(() => {});
    this.closed = new Promise((resolve) => socket.once("close", () => resolve()));
    socket.on("error", () => {}); // `close` follows
    socket.once("end", () => socket.destroy());
  }

  /** Bytes that the system has not taken yet. */
  get queuedBytes(): number {
    return this.#socket.writableLength;
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed;
  }

  /** Something was written in this turn and is about to leave. */
  get isWriting(): boolean {
    return this.#cork.isHolding;
  }

  /** All writes of one turn leave together. */
  write(bytes: Uint8Array, done?: (error?: Error | null) => void): void {
    this.#cork.hold(this.#socket);
    this.#socket.write(bytes, done);
  }

  /** The system takes more of what is written. */
  widen(): void {
    void widenSendBuffer(this.#socket);
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
