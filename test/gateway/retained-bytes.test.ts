// What is kept of an upload: its end, up to a limit, in memory of its own.
import { expect, it } from "vitest";
import { RetainedBytes } from "../../src/gateway/retained-bytes.ts";
import { file } from "./scripts.ts";

const limit = 1_048_576;
const content = file(5_000_000);

function retained(sizes: readonly number[]): RetainedBytes {
  const bytes = new RetainedBytes(limit);
  let position = 0;
  for (let turn = 0; position < content.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    bytes.push(content.subarray(position, position + size));
    position += size;
  }
  return bytes;
}

it.each([[[1_000]], [[65_536]], [[3_000_000]], [[1, 300_000, 17]]])(
  "in pieces of %j the end is kept, and no more",
  (sizes) => {
    const bytes = retained(sizes);
    const { first, end } = bytes.range;
    expect(end).toBe(content.length);
    expect(end - first).toBeGreaterThan(limit - 300_000);
    expect(end - first).toBeLessThanOrEqual(limit);
    for (const from of [first, first + 1, end - 300_000, end - 1, end]) {
      expect(Buffer.concat(bytes.from(from)).equals(content.subarray(from)), `from ${from}`).toBe(true);
    }
  },
);

it("what is waiting to be sent is not written over by what comes", () => {
  const bytes = retained([65_536]);
  const { first } = bytes.range;
  const waiting = bytes.from(first);
  for (let more = 0; more < 20; more += 1) bytes.push(Buffer.alloc(262_144, more));
  expect(Buffer.concat(waiting).equals(content.subarray(first))).toBe(true);
});

it("a small file is kept whole", () => {
  const bytes = new RetainedBytes(limit);
  bytes.push(Buffer.from("small"));
  expect(bytes.range).toEqual({ first: 0, end: 5 });
  expect(Buffer.concat(bytes.from(0)).toString()).toBe("small");
});
