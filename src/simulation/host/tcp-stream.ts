// A socket of a simulated host as a stream: what node:net makes of one of the system's.
import { Duplex } from "node:stream";
import { translateSystemError } from "../../network/system-error.ts";
import type { SallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";
import type { World } from "../world.ts";
import { systemFault } from "./system-fault.ts";
import type { TcpSocket } from "./tcp-socket.ts";

/** libuv reads so much at a time. */
const readBytes = 65_536;

interface PendingWrite {
  left: Uint8Array;
  readonly done: (error?: Error | null) => void;
}

export class TcpStream extends Duplex {
  readonly #socket: TcpSocket;
  readonly #world: World;
  readonly #ends: { readonly local: string; readonly remote: string };
  #isWanted = false;
  #pending: PendingWrite | undefined;
  #isEndRead = false;
  /** Broken, and nobody has noticed. */
  #fault: string | undefined;

  constructor(socket: TcpSocket, world: World, ends: { readonly local: string; readonly remote: string }) {
    super({ allowHalfOpen: true, highWaterMark: limits.streamBufferBytes });
    this.#socket = socket;
    this.#world = world;
    this.#ends = ends;
    socket.events = {
      connected: () => {},
      readable: () => this.#pull(),
      writable: () => this.#push(),
      failed: (system) => this.#fail(system),
    };
    this.read(0); // a socket of node:net reads from the beginning, whether anybody asks or not
  }

  /** A reset. */
  breakOff(): void {
    this.#socket.abort();
    this.destroy();
  }

  override _read(): void {
    this.#isWanted = true;
    this.#pull();
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#pending = { left: chunk, done };
    if (this.#fault === undefined) this.#push();
    else this.#fail(this.#fault);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const pending = this.#pending;
    this.#pending = undefined;
    this.#socket.close();
    pending?.done(error ?? this.#error("ERR_STREAM_DESTROYED", "write"));
    done(error);
  }

  /** libuv looks no more at a socket whose end it has read, until something is written. */
  #fail(system: string): void {
    this.#fault = system;
    if (this.#isEndRead && this.#pending === undefined) return;
    this.#world.touch();
    this.destroy(this.#error(system, this.#isEndRead ? "write" : "read"));
  }

  #pull(): void {
    while (this.#isWanted && !this.#isEndRead && !this.destroyed) {
      const bytes = this.#socket.read(readBytes);
      const isAtEnd = bytes.length === 0 && this.#socket.isAtEnd;
      if (bytes.length === 0 && !isAtEnd) return;
      this.#world.touch();
      this.#isEndRead = isAtEnd;
      this.#isWanted = this.push(isAtEnd ? null : bytes) && !isAtEnd;
    }
  }

  #push(): void {
    const pending = this.#pending;
    if (pending === undefined) return;
    const taken = this.#socket.write(pending.left);
    pending.left = pending.left.subarray(taken);
    if (pending.left.length > 0) return;
    this.#pending = undefined;
    this.#world.touch();
    pending.done();
  }

  #error(system: string, phase: string): SallyportError {
    return translateSystemError(systemFault(system), `connection with ${this.#ends.remote}`, { ...this.#ends, phase });
  }
}
