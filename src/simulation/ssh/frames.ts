// Messages on a stream in the clear: two lengths, what is said as JSON, and the bytes that go with it.

export interface Frame {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly data: Buffer;
}

const lengthsBytes = 8;

export function encodeFrame(name: string, args: readonly unknown[], data: Uint8Array = Buffer.alloc(0)): Buffer {
  const head = Buffer.from(JSON.stringify([name, ...args]));
  const lengths = Buffer.alloc(lengthsBytes);
  lengths.writeUInt32BE(head.length, 0);
  lengths.writeUInt32BE(data.length, 4);
  return Buffer.concat([lengths, head, data]);
}

/** Puts frames together from whatever pieces they come in. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);

  *read(bytes: Buffer): Generator<Frame> {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    while (this.#rest.length >= lengthsBytes) {
      const headEnd = lengthsBytes + this.#rest.readUInt32BE(0);
      const end = headEnd + this.#rest.readUInt32BE(4);
      if (this.#rest.length < end) return;
      const [name, ...args] = JSON.parse(this.#rest.toString("utf8", lengthsBytes, headEnd)) as [string, ...unknown[]];
      const data = this.#rest.subarray(headEnd, end);
      this.#rest = this.#rest.subarray(end);
      yield { name, args, data };
    }
  }
}
