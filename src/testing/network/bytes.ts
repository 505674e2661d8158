// Bytes pass unharmed, whatever they are and however many.
import { equal } from "node:assert/strict";
import type { Facts } from "../facts.ts";
import { type Bench, directions } from "./bench.ts";
import { collect, mebibyte, randomPayload, readExactly, sendAll } from "./traffic.ts";

const sizes: readonly (readonly [string, number])[] = [
  ["0 bytes", 0],
  ["1 byte", 1],
  ["10 MiB", 10 * mebibyte],
];

export function bytesFacts({ describe, test }: Facts, bench: Bench): void {
  for (const direction of directions) {
    describe(`bytes of an ${direction} connection`, () => {
      for (const [name, size] of sizes)
        test(`${name} reach the peer unharmed`, async () => {
          const { near, far } = await bench.pair(direction);
          const payload = randomPayload(size);
          const [received] = await Promise.all([collect(far.stream), sendAll(near.stream, payload)]);
          equal(received.equals(payload), true);
        });

      for (const [name, size] of sizes)
        test(`${name} of the peer arrive unharmed`, async () => {
          const { near, far } = await bench.pair(direction);
          const payload = randomPayload(size);
          const [received] = await Promise.all([collect(near.stream), sendAll(far.stream, payload)]);
          equal(received.equals(payload), true);
        });

      test("both directions carry 10 MiB at the same time", async () => {
        const { near, far } = await bench.pair(direction);
        const up = randomPayload(10 * mebibyte);
        const down = Buffer.from(up).reverse();
        const [atFar, atNear] = await Promise.all([
          collect(far.stream),
          collect(near.stream),
          sendAll(near.stream, up),
          sendAll(far.stream, down),
        ]);
        equal(atFar.equals(up), true);
        equal(atNear.equals(down), true);
      });

      test("a byte alone is sent at once, without waiting for more", async () => {
        const { near, far } = await bench.pair(direction);
        for (const letter of "sallyport") {
          near.stream.write(letter);
          equal((await readExactly(far.stream, 1)).toString(), letter);
          far.stream.write(letter);
          equal((await readExactly(near.stream, 1)).toString(), letter);
        }
      });
    });
  }
}
