// Bytes pass unharmed, whatever they are and however many.
import { describe, expect, it } from "vitest";
import { type Bench, directions } from "./bench.ts";
import { collect, mebibyte, randomPayload, readExactly, sendAll } from "./traffic.ts";

const sizes: readonly (readonly [string, number])[] = [
  ["0 bytes", 0],
  ["1 byte", 1],
  ["10 MiB", 10 * mebibyte],
];

export function describeBytes(bench: Bench): void {
  describe.each(directions)("bytes of an %s connection", (direction) => {
    it.each(sizes)("%s reach the peer unharmed", async (_name, size) => {
      const { near, far } = await bench.pair(direction);
      const payload = randomPayload(size);
      const [received] = await Promise.all([collect(far.stream), sendAll(near.stream, payload)]);
      expect(received.equals(payload)).toBe(true);
    });

    it.each(sizes)("%s of the peer arrive unharmed", async (_name, size) => {
      const { near, far } = await bench.pair(direction);
      const payload = randomPayload(size);
      const [received] = await Promise.all([collect(near.stream), sendAll(far.stream, payload)]);
      expect(received.equals(payload)).toBe(true);
    });

    it("both directions carry 10 MiB at the same time", async () => {
      const { near, far } = await bench.pair(direction);
      const up = randomPayload(10 * mebibyte);
      const down = Buffer.from(up).reverse();
      const [atFar, atNear] = await Promise.all([
        collect(far.stream),
        collect(near.stream),
        sendAll(near.stream, up),
        sendAll(far.stream, down),
      ]);
      expect(atFar.equals(up)).toBe(true);
      expect(atNear.equals(down)).toBe(true);
    });

    it("a byte alone is sent at once, without waiting for more", async () => {
      const { near, far } = await bench.pair(direction);
      for (const letter of "sallyport") {
        near.stream.write(letter);
        expect((await readExactly(far.stream, 1)).toString()).toBe(letter);
        far.stream.write(letter);
        expect((await readExactly(near.stream, 1)).toString()).toBe(letter);
      }
    });
  });
}
