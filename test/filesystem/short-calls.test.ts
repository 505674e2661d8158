// Which calls on files of this machine are made at once, and which in another thread.
import { openSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Reach } from "../../src/filesystem/local/mounts.ts";
import { OpenFile } from "../../src/filesystem/local/open-file.ts";
import { processorMs } from "../../src/filesystem/local/processor-time.ts";
import { ShortCalls } from "../../src/filesystem/local/short-calls.ts";
import { limits } from "../../src/protocol/limits.ts";
import { code } from "../../src/testing/file-system/subject.ts";
import { makeTempDir, type TempDir } from "../support/tempdir.ts";

let dir: TempDir;
beforeEach(() => {
  dir = makeTempDir("short-calls");
});
afterEach(() => dir.remove());

/** Takes this long by the clock, if it is made at once; for a part of it there is no processor. */
type Call = (tookMs: number, options?: { bytes?: number; withoutProcessorMs?: number }) => unknown;

describe.skipIf(process.platform !== "linux")("files of this machine (skipped unless Linux)", () => {
  let nowMs: number;
  const callsIn = (directory: string, reachOf?: () => Reach): Call => {
    nowMs = 0;
    let processor = 0;
    const calls = new ShortCalls(directory, { nowMs: () => nowMs }, reachOf && { reach: reachOf }, () => processor);
    return (tookMs, { bytes, withoutProcessorMs = 0 } = {}) =>
      calls.run(
        () => {
          nowMs += tookMs;
          processor += withoutProcessorMs;
          return "at once";
        },
        async () => "in a thread",
        bytes,
      );
  };

  test("are asked at once, and more than a few bytes moved in a thread", async () => {
    const call = callsIn(dir.path);
    expect(call(1)).toBe("at once");
    expect(call(1, { bytes: limits.shortCallBytes })).toBe("at once");
    expect(await call(1, { bytes: limits.shortCallBytes + 1 })).toBe("in a thread");
  });

  test("of a disk that was slow twice are left to threads for a while, and then again when it is slow once", async () => {
    const call = callsIn(dir.path);
    const slowMs = limits.shortCallMs + 1;
    expect(call(limits.shortCallMs)).toBe("at once");
    expect(call(slowMs)).toBe("at once");
    expect(call(1)).toBe("at once");
    expect(call(slowMs)).toBe("at once");
    nowMs += limits.slowDiskMs - 1;
    expect(await call(1)).toBe("in a thread");
    nowMs += 1;
    expect(call(slowMs)).toBe("at once");
    expect(await call(1)).toBe("in a thread");
  });

  test("that take long twice, far from each other, are no sign of a slow disk", () => {
    const call = callsIn(dir.path);
    expect(call(limits.shortCallMs + 1)).toBe("at once");
    nowMs += 2 * limits.slowDiskMs;
    expect(call(limits.shortCallMs + 1)).toBe("at once");
    expect(call(1)).toBe("at once");
  });

  test("that take long since the processors are busy stay where they are", () => {
    const call = callsIn(dir.path);
    for (let count = 0; count < 10; count += 1) {
      expect(call(10 * limits.shortCallMs, { withoutProcessorMs: 9 * limits.shortCallMs })).toBe("at once");
    }
  });

  test("that wait for anything but a processor are known by what Linux counts", async () => {
    const calls = new ShortCalls(dir.path);
    const sleeps = (): unknown =>
      calls.run(
        () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2 * limits.shortCallMs),
        async () => "in a thread",
      );
    expect(sleeps()).toBe("timed-out");
    expect(sleeps()).toBe("timed-out");
    expect(await sleeps()).toBe("in a thread");
  });

  test("that compute are known by it, too", () => {
    const before = processorMs();
    while (processorMs() < before + limits.shortCallMs);
    expect(processorMs()).toBeGreaterThan(before);
  });

  test("are left to threads soon after another machine's files are mounted among them, until they are gone", async () => {
    let reach: Reach = "disk";
    const call = callsIn(dir.path, () => reach);
    expect(call(0)).toBe("at once");
    reach = "far";
    nowMs += limits.mountsLookMs;
    expect(await call(0)).toBe("in a thread");
    reach = "disk";
    nowMs += limits.mountsLookMs;
    expect(call(0)).toBe("at once");
  });
});

test("a file is closed when what is under way in threads has ended, and nothing begins behind that", async () => {
  writeFileSync(dir.file("a"), "hello");
  // Its calls are made in threads.
  const file = new OpenFile(openSync(dir.file("a"), "r"), "/a", new ShortCalls("/", undefined, { reach: () => "far" }));
  const buffers = [Buffer.alloc(5), Buffer.alloc(5)];
  const reading = buffers.map((buffer) => file.read(buffer, 0));
  const closing = file.close();
  expect(() => file.read(Buffer.alloc(5), 0)).toThrow(/it was closed/);
  expect(() => file.sync()).toThrow(expect.objectContaining(code("FS_FAILED")));
  expect(await Promise.all(reading)).toEqual([5, 5]);
  await closing;
  await file.close();
  expect(buffers.map(String)).toEqual(["hello", "hello"]);
});

test.each<[string, Reach, boolean]>([
  ["memory", "memory", true],
  ["a disk", "disk", false],
])(
  "many bytes are written in a thread unless the files are in memory, and always read in one: %s",
  async (_where, reach, isAtOnce) => {
    const many = Buffer.alloc(limits.shortCallBytes + 1, 1);
    const calls = new ShortCalls("/", undefined, { reach: () => reach });
    const file = new OpenFile(openSync(dir.file("a"), "w+"), "/a", calls);
    const written = [file.write(many, 0), file.writePieces([many], many.length, many.length)];
    expect(written.map((count) => typeof count === "number")).toEqual([isAtOnce, isAtOnce]);
    expect(await Promise.all(written)).toEqual([many.length, many.length]);
    const buffer = Buffer.alloc(2 * many.length);
    const read = file.read(buffer, 0);
    expect(read).toBeInstanceOf(Promise);
    expect(await read).toBe(buffer.length);
    expect(buffer.every((byte) => byte === 1)).toBe(true);
    await file.close();
  },
);
