// A file that is read on over another connection, at the layer that knows of both.
import { expect, test } from "vitest";
import type { KeptSftp, LiveSftp } from "../../src/bridge/kept-sftp.ts";
import { ResumingReader } from "../../src/bridge/resuming.ts";
import { SallyportError } from "../../src/index.ts";
import { systemClock } from "../../src/network/system-clock.ts";
import type { FileReader } from "../../src/platform/file-system.ts";
import type { FileFacts } from "../../src/protocol/listing/file-facts.ts";

/** As of a server that reports every file as empty: only its end says where it ends. */
const facts: FileFacts = { type: "file", size: 0, modifiedMs: 0, mode: 0o644 };
const text = "the bytes of a file";

function reader(from: number, breaksAt: number): FileReader {
  let at = from;
  return {
    facts,
    read: async (buffer) => {
      if (at === breaksAt) throw new SallyportError("SSH_DISCONNECTED", "the connection is lost");
      const bytes = Buffer.from(text.slice(at, breaksAt)).subarray(0, buffer.length);
      buffer.set(bytes);
      at += bytes.length;
      return bytes.length;
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

test("a read fills its buffer over a loss: what came before it is not the end of the file", async () => {
  const live = { client: { isOver: true } } as LiveSftp;
  const kept = { clock: systemClock, current: async () => live } as unknown as KeptSftp;
  const course = {
    kept,
    signal: new AbortController().signal,
    offset: 0,
    open: async (_: LiveSftp, offset: number) => reader(offset, Number.POSITIVE_INFINITY),
  };
  await using resuming = new ResumingReader(course, live, reader(0, 5));
  const buffer = Buffer.alloc(12);
  expect(await resuming.read(buffer)).toBe(12);
  expect(buffer.toString()).toBe(text.slice(0, 12));
  expect(await resuming.read(buffer)).toBe(text.length - 12);
});
