// A connection to ssh's multiplexing socket: bytes in large pieces, and writes gathered.
import { connect, type NetConnectOpts, type Socket } from "node:net";

/** A read takes what lies in the kernel's buffer, some 200 KiB on Linux; less room than this is not worth a read. */
const readBytesLeast = 65_536;

export interface MuxSocketOptions {
  readonly path: string;
  /** Memory that is filled read by read, so that packets lie in one piece. */
  readonly slabBytes: number;
  /** `bytes` stays valid; nobody writes there again. */
  readonly onBytes: (bytes: Uint8Array) => void;
}

export class MuxSocket {
  readonly #socket: Socket;
  readonly #slabBytes: number;
  #slab: Uint8Array = new Uint8Array(0);
  #isCorked = false;
  /** Who gets the bytes. */
  onBytes: (bytes: Uint8Array) => void;
  /** Settles when the socket is closed, by whomever. Never rejects. */
  readonly closed: Promise<void>;
  /** Rejects with the system's error. */
  readonly connected: Promise<void>;

  constructor(options: MuxSocketOptions) {
    this.#slabBytes = options.slabBytes;
    this.onBytes = options.onBytes;
    const socket = connect({
      path: options.path,
      onread: { buffer: () => this.#room() as Buffer, callback: (count, buffer) => this.#filled(count, buffer) },
    } as NetConnectOpts);
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
    return this.#isCorked;
  }

  /** All writes of one turn leave together. */
  write(bytes: Uint8Array, done?: (error?: Error | null) => void): void {
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.#socket.cork();
      process.nextTick(() => {
        this.#isCorked = false;
        this.#socket.uncork();
      });
    }
    this.#socket.write(bytes, done);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #room(): Uint8Array {
    if (this.#slab.length < readBytesLeast) this.#slab = Buffer.allocUnsafeSlow(this.#slabBytes);
    return this.#slab;
  }

  #filled(count: number, buffer: Uint8Array): boolean {
    this.#slab = buffer.subarray(count);
    this.onBytes(buffer.subarray(0, count));
    return true;
  }
}
