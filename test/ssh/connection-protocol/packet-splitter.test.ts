import { describe, expect, it } from "vitest";
import { PacketSplitter } from "../../../src/ssh/connection-protocol/packet-splitter.ts";
import { WireWriter } from "../../../src/ssh/connection-protocol/wire-writer.ts";
import { cpuMsOf } from "../../support/cpu-time.ts";
import { fc } from "../../support/fast-check.ts";

const concat = (...chunks: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(chunks));

const wire = (packets: readonly Uint8Array[]): Uint8Array =>
  concat(...packets.map((bytes) => new WireWriter().raw(bytes).packet()));

function splitAll(chunks: Iterable<Uint8Array>, bytesMax = 300): string[] {
  const splitter = new PacketSplitter(bytesMax);
  const found: string[] = [];
  for (const chunk of chunks) splitter.split(chunk, (packet) => found.push(Buffer.from(packet).toString("hex")));
  return found;
}

/** Pieces of `bytes`; with `isMoved` each in its own memory, else neighbours in one. */
function* pieces(bytes: Uint8Array, sizes: readonly number[], isMoved: boolean): Generator<Uint8Array> {
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    const piece = bytes.subarray(at, at + size);
    yield isMoved ? Uint8Array.from(piece) : piece;
    at += size;
  }
}

describe("PacketSplitter", () => {
  it("gives the same packets however the bytes are split, and wherever the pieces lie", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 6 }),
        fc.boolean(),
        (packets, sizes, isMoved) => {
          const expected = packets.map((bytes) => Buffer.from(bytes).toString("hex"));
          expect(splitAll(pieces(wire(packets), sizes, isMoved))).toEqual(expected);
        },
      ),
    );
  });

  it("copies nothing of a packet that arrives in pieces of one memory", () => {
    const bytes = wire([new Uint8Array(200).fill(7), new Uint8Array(50)]);
    const splitter = new PacketSplitter(300);
    const found: Uint8Array[] = [];
    for (const piece of pieces(bytes, [13], false)) splitter.split(piece, (packet) => found.push(packet));
    expect(found.map(({ length }) => length)).toEqual([200, 50]);
    expect(found.every(({ buffer }) => buffer === bytes.buffer)).toBe(true);
  });

  it("takes a packet of the longest length, and refuses one that is a byte longer before it has come", () => {
    expect(splitAll([wire([new Uint8Array(300)])])).toHaveLength(1);
    const tooLong = new WireWriter().uint32(301).payload();
    expect(() => splitAll([tooLong])).toThrow(/301 bytes, more than 300/);
    expect(() => splitAll(pieces(tooLong, [1], true))).toThrow(/301 bytes, more than 300/);
  });

  it("hands over the packets that came before one that is too long", () => {
    const found: number[] = [];
    const splitter = new PacketSplitter(300);
    const bytes = concat(wire([new Uint8Array(5)]), new WireWriter().uint32(9999).payload());
    expect(() => splitter.split(bytes, ({ length }) => found.push(length))).toThrow();
    expect(found).toEqual([5]);
  });

  it("takes a long packet byte by byte in linear time", () => {
    const bytes = wire([new Uint8Array(262_144)]);
    const cpuMs = cpuMsOf(() => expect(splitAll(pieces(bytes, [1], true), 262_144)).toHaveLength(1));
    // Copying the packet again for each byte would move 32 GiB.
    expect(cpuMs).toBeLessThan(5000);
  });
});
