// Files of a FileSystem that reads and writes from start to end, for clients with many requests in flight.
import { beforeEach, expect, test } from "vitest";
import { MemoryFileSystem } from "../../../src/filesystem/memory/memory-file-system.ts";
import type { FileSystem } from "../../../src/platform/file-system.ts";
import { limits } from "../../../src/protocol/limits.ts";
import { messages, openFlags, statusCodes } from "../../../src/ssh/sftp/wire/message-types.ts";
import { get, put } from "../../../src/testing/file-system/subject.ts";
import { ok, SftpCalls } from "./session.ts";

const { read, write, create, truncate } = openFlags;
const { unsupported } = statusCodes;

let files: MemoryFileSystem;
beforeEach(async () => {
  files = new MemoryFileSystem({ now: () => 86_400_000 });
  await put(files, "/a", "0123456789");
});

async function handle(path: string, flags: number, on: SftpCalls): Promise<Uint8Array> {
  const opened = await on.open(path, flags);
  if (typeof opened === "number") throw new Error(`status ${opened}`);
  return opened;
}

/** Without `openUpdate`. */
const sequential = (): FileSystem =>
  ({
    stat: files.stat.bind(files),
    openWrite: files.openWrite.bind(files),
    openRead: files.openRead.bind(files),
  }) as Partial<FileSystem> as FileSystem;

test("takes what comes a little out of order, and refuses a file with a gap at its close", async () => {
  await using session = new SftpCalls(sequential());
  const file = await handle("/new", write | create | truncate, session);
  for (const [offset, text] of [
    [4, "4567"],
    [12, "cdef"],
    [0, "0123"],
    [8, "89ab"],
  ] as const)
    expect(await session.write(file, offset, text)).toBe(ok);
  expect(await session.close(file)).toBe(ok);
  expect(await get(files, "/new")).toBe("0123456789abcdef");
  const gap = await handle("/gap", write | create | truncate, session);
  expect(await session.write(gap, 1, "x")).toBe(ok);
  expect(await session.close(gap)).toBe(unsupported);
});

test("keeps no more than the limit of what comes out of order", async () => {
  await using session = new SftpCalls(sequential());
  const file = await handle("/new", write | create | truncate, session);
  const text = "x".repeat(limits.sftpDataBytesMax);
  const most = Math.floor(limits.sftpReorderBytesMax / text.length);
  for (let at = 1; at <= most; at += 1) expect(await session.write(file, at * text.length, text)).toBe(ok);
  expect(await session.write(file, (most + 1) * text.length, text)).toBe(unsupported);
});

test("replaces a file that is written from its start, once all of it is covered or cut off, and never a part of it", async () => {
  await using session = new SftpCalls(sequential());
  const cut = (file: Uint8Array, bytes: number) =>
    session.status(messages.fsetstat, (w) => w.string(file).uint32(1).uint32(0).uint32(bytes));
  const whole = await handle("/a", write | create, session);
  expect(await session.write(whole, 0, "abcdef")).toBe(ok);
  expect(await get(files, "/a")).toBe("0123456789");
  expect(await session.write(whole, 6, "ghijkl")).toBe(ok);
  expect(await session.close(whole)).toBe(ok);
  expect(await get(files, "/a")).toBe("abcdefghijkl");
  const shorter = await handle("/a", write | create, session);
  expect(await session.write(shorter, 0, "new")).toBe(ok);
  expect(await cut(shorter, 3)).toBe(ok);
  expect(await session.close(shorter)).toBe(ok);
  expect(await get(files, "/a")).toBe("new");
  const resumed = await handle("/a", write, session);
  expect(await session.write(resumed, 3, "er")).toBe(ok);
  expect(await session.close(resumed)).toBe(ok);
  expect(await get(files, "/a")).toBe("newer");
});

test("refuses at once what changes a part of a file", async () => {
  await using session = new SftpCalls(sequential());
  for (const flags of [write, read | write, read | write | create]) {
    const file = await handle("/a", flags, session);
    for (const offset of [0, 3]) expect(await session.write(file, offset, "x")).toBe(unsupported);
  }
  const file = await handle("/a", write | create, session);
  expect(await session.write(file, 3, "x")).toBe(unsupported);
  expect(await session.write(file, 0, "abc")).toBe(ok);
  expect(await session.close(file)).toBe(unsupported);
  expect(await get(files, "/a")).toBe("0123456789");
});

test("is read a little out of order by one reader", async () => {
  const offsets: number[] = [];
  const plain = sequential();
  const counted: FileSystem = {
    ...plain,
    openRead: (path, options) => {
      offsets.push(options.offset);
      return plain.openRead(path, options);
    },
  };
  await using session = new SftpCalls(counted);
  const file = await handle("/a", read, session);
  for (const [offset, text] of [
    [4, "45"],
    [0, "01"],
    [2, "23"],
    [8, "89"],
    [6, "67"],
    [1, "12345"],
  ] as const)
    expect(await session.read(file, offset, text.length)).toBe(text);
  expect(offsets).toEqual([0]);
});
