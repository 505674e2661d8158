// A download that is resumed: the last bytes that are here come once more, and must be the same.
import { SallyportError } from "../protocol/error.ts";
import { printable } from "../protocol/printable.ts";
import type { Sink } from "./receive-data.ts";

/** Throws `FTP_VERIFY` with the phase `resume` before anything else is written: what is here is not the beginning of the file. */
export class ComparingSink implements Sink {
  readonly #sink: Sink;
  readonly #name: string;
  #tail: Uint8Array;
  #scratch: Uint8Array | undefined;

  constructor(sink: Sink, tail: Uint8Array, name: string) {
    this.#sink = sink;
    this.#tail = tail;
    this.#name = name;
  }

  write(chunk: Uint8Array): boolean {
    const known = chunk.subarray(0, this.#tail.length);
    if (Buffer.compare(known, this.#tail.subarray(0, known.length)) !== 0) throw noBeginning(this.#name);
    this.#tail = this.#tail.subarray(known.length);
    return known.length === chunk.length || this.#sink.write(chunk.subarray(known.length));
  }

  whenReady(callback: () => void): void {
    this.#sink.whenReady(callback);
  }

  room(): Uint8Array {
    const room = this.#tail.length === 0 ? this.#sink.room?.() : undefined;
    if (room !== undefined) return room;
    this.#scratch ??= Buffer.allocUnsafe(65_536);
    return this.#scratch;
  }

  /** At the end of the file. */
  demandAll(): void {
    if (this.#tail.length > 0) throw noBeginning(this.#name);
  }
}

export function noBeginning(name: string): SallyportError {
  return new SallyportError("FTP_VERIFY", `${printable(name, 200)} is not the beginning of the server's file`, {
    details: { phase: "resume" },
    hint: "The file was replaced at the server, or this is another one: download it without --resume.",
  });
}
