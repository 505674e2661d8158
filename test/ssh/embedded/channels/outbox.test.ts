import fc from "fast-check";
import { expect, test } from "vitest";
import { Outbox } from "../../../../src/ssh/embedded/channels/outbox.ts";

test("what goes in comes out in the same order, in pieces of the size asked for", () => {
  const chunks = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 });
  fc.assert(
    fc.property(chunks, fc.integer({ min: 1, max: 50 }), (parts, most) => {
      const outbox = new Outbox();
      for (const part of parts) outbox.push(Buffer.from(part));
      const whole = Buffer.concat(parts);
      expect(outbox.bytes).toBe(whole.length);
      const taken: Buffer[] = [];
      while (outbox.bytes > 0) {
        const expected = Math.min(most, outbox.bytes);
        taken.push(Buffer.from(outbox.take(most)));
        expect(taken.at(-1)?.length).toBe(expected);
      }
      expect(Buffer.concat(taken).equals(whole)).toBe(true);
    }),
  );
});

test("a piece of a large buffer is not copied", () => {
  const outbox = new Outbox();
  const large = Buffer.alloc(100_000);
  outbox.push(large);
  outbox.take(1000);
  expect(outbox.take(32_768).buffer).toBe(large.buffer);
});
