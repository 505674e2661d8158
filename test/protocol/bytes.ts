// Wire text in tests: latin1 strings as bytes, and every way to cut them.
import { fc } from "../support/fast-check.ts";

/** One byte per character. */
export const wire = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

export const unwire = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/** Anything that is handed bytes and gives events. */
export interface Receiver<Event> {
  receive(bytes: Uint8Array): Event[];
}

/** The events of all pieces, one after the other. */
export function receiveAll<Event>(receiver: Receiver<Event>, pieces: readonly Uint8Array[]): Event[] {
  return pieces.flatMap((piece) => receiver.receive(piece));
}

export const bytewise = (bytes: Uint8Array): Uint8Array[] => Array.from(bytes, (byte) => Uint8Array.of(byte));

/** `bytes` cut at the given places, in whatever order. */
export function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const edges = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge));
}

export const cuts: fc.Arbitrary<number[]> = fc.array(fc.nat(100_000), { maxLength: 8 });

/** Bytes made of tokens that mean something and of any others. */
export function soup(tokens: readonly string[]): fc.Arbitrary<Uint8Array> {
  const anyByte = fc.nat(255).map((byte) => String.fromCharCode(byte));
  const token = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...tokens) }, { weight: 1, arbitrary: anyByte });
  return fc.array(token, { maxLength: 40 }).map((parts) => wire(parts.join("")));
}
