// Sending, collecting and counting bytes.
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { Duplex } from "node:stream";
import type { Connection } from "../../platform/network.ts";

export const mebibyte = 1_048_576;

const noise = randomBytes(mebibyte + 7919);

/** `length` random bytes; the same start for every call of one run, no period that a buffer size could hide. */
export function randomPayload(length: number): Buffer {
  const payload = Buffer.allocUnsafe(length);
  for (let at = 0; at < length; at += noise.length) noise.copy(payload, at);
  return payload;
}

/** Everything until the end-of-file. Rejects when the stream breaks before it. */
export function collect(stream: Duplex): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.once("end", () => resolve(Buffer.concat(chunks)));
    stream.once("error", reject);
    stream.once("close", () => reject(new Error("closed before end-of-file")));
    stream.resume();
  });
}

/** Exactly `length` bytes, and leaves the rest in the stream. */
export async function readExactly(stream: Duplex, length: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let missing = length;
  while (missing > 0) {
    const chunk = stream.read(Math.min(missing, Math.max(stream.readableLength, 1))) as Buffer | null;
    if (chunk === null) await once(stream, "readable");
    else {
      chunks.push(chunk);
      missing -= chunk.length;
    }
  }
  return Buffer.concat(chunks);
}

/** Resolves once the network has taken the bytes. */
export function send(stream: Duplex, bytes: Uint8Array | string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}

/** Writes `length` zeros in small chunks at the pace of the stream, without waiting for it; resolves when all are taken. */
export function pour(stream: Duplex, length: number): Promise<void> {
  const chunk = Buffer.alloc(65_536);
  const write = async (): Promise<void> => {
    for (let at = 0; at < length; at += chunk.length) await send(stream, chunk.subarray(0, length - at));
  };
  return write();
}

/** Sends the bytes and the end-of-file. */
export function sendAll(stream: Duplex, bytes: Uint8Array | string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.once("error", reject);
    stream.end(bytes, resolve);
  });
}

/** Sends one byte to and fro; proof that the network had time to do what it is able to do. */
export async function roundTrips(near: Connection, far: Connection, count: number): Promise<void> {
  for (let trip = 0; trip < count; trip += 1) {
    near.stream.write("?");
    await readExactly(far.stream, 1);
    far.stream.write("!");
    await readExactly(near.stream, 1);
  }
}

/** How the reading side came to its end: `end` for an end-of-file, `broken` for anything else. Discards the data. */
export function ending(stream: Duplex): Promise<"end" | "broken"> {
  return new Promise((resolve) => {
    const onClose = (): void => resolve(stream.readableEnded ? "end" : "broken");
    stream.once("end", () => resolve("end"));
    stream.once("error", () => resolve("broken"));
    stream.once("close", onClose);
    // A socket whose peer ended without a word has told its end before anybody reads.
    if (stream.readableEnded) resolve("end");
    if (stream.closed) onClose();
    stream.resume();
  });
}
