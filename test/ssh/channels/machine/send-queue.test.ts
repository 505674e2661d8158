import { expect, test } from "vitest";
import { SendQueue } from "../../../../src/ssh/channels/machine/send-queue.ts";
import { fc } from "../../../support/fast-check.ts";

test("what goes in comes out in the same order, in pieces of the size asked for", () => {
  const chunks = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 });
  fc.assert(
    fc.property(chunks, fc.integer({ min: 1, max: 50 }), (parts, most) => {
      const queue = new SendQueue();
      for (const part of parts) queue.push(Buffer.from(part));
      const whole = Buffer.concat(parts);
      expect(queue.bytes).toBe(whole.length);
      const taken: Buffer[] = [];
      while (queue.bytes > 0) {
        const expected = Math.min(most, queue.bytes);
        taken.push(Buffer.from(queue.take(most)));
        expect(taken.at(-1)?.length).toBe(expected);
      }
      expect(Buffer.concat(taken).equals(whole)).toBe(true);
    }),
  );
});

test("a piece of a large buffer is not copied", () => {
  const queue = new SendQueue();
  const large = Buffer.alloc(100_000);
  queue.push(large);
  queue.take(1000);
  expect(queue.take(32_768).buffer).toBe(large.buffer);
});
