// A side that stands still in the middle of a large file: the bridge keeps a bounded part of it.
import { expect, test } from "vitest";
import { type FileSystem, MemoryFileSystem } from "../../src/index.ts";
import { Deferred } from "../../src/platform/deferred.ts";
import { limits } from "../../src/protocol/limits.ts";
import { put } from "../../src/testing/file-system/subject.ts";
import { watchResources } from "../support/resources.ts";
import { until } from "../support/until.ts";
import { startFtpBehind } from "./ftp-rig.ts";
import { now } from "./rig.ts";

watchResources();

const signal = new AbortController().signal;
const piece = Buffer.alloc(1_000_000, "x");
const megabytes = 64;

/** What the system holds of a connection on this machine, both ends together, is less than this. */
const lineBytes = 24_000_000;

/** Files in memory, whose reads and writes are counted, and held while `held` is set. */
function countedFiles() {
  const there = new MemoryFileSystem({ now });
  const counted = { read: 0, written: 0, held: undefined as Deferred | undefined };
  const files: FileSystem = {
    stat: there.stat.bind(there),
    list: there.list.bind(there),
    mkdir: there.mkdir.bind(there),
    rmdir: there.rmdir.bind(there),
    remove: there.remove.bind(there),
    rename: there.rename.bind(there),
    openRead: async (path, options) => {
      const reader = await there.openRead(path, options);
      return {
        facts: reader.facts,
        read: async (buffer) => {
          const count = await reader.read(buffer);
          counted.read += count;
          return count;
        },
        [Symbol.asyncDispose]: () => reader[Symbol.asyncDispose](),
      };
    },
    openWrite: async (path, options) => {
      const writer = await there.openWrite(path, options);
      return {
        write: async (pieces) => {
          await counted.held?.promise;
          counted.written += pieces.reduce((sum, { length }) => sum + length, 0);
          await writer.write(pieces);
        },
        finish: () => writer.finish(),
        [Symbol.asyncDispose]: () => writer[Symbol.asyncDispose](),
      };
    },
  };
  return { there, files, counted };
}

/** Resolves when it has not moved for many looks. */
async function stillness(value: () => number): Promise<void> {
  let [last, looks] = [-1, 0];
  await until("nothing moves any more", () => {
    looks = value() === last ? looks + 1 : 0;
    last = value();
    return looks > 30;
  });
}

test("an FTP server that takes nothing holds an SFTP client's upload, which is whole in the end", async () => {
  const { files, there, counted } = countedFiles();
  await using behind = await startFtpBehind({ files });
  counted.held = new Deferred();
  const writer = await behind.files.openWrite("/a", { start: "truncate", signal });
  let accepted = 0;
  const writing = (async () => {
    for (let count = 0; count < megabytes; count += 1) {
      await writer.write([piece]);
      accepted += piece.length;
    }
    await writer.finish();
  })();
  await stillness(() => accepted);
  expect(accepted).toBeLessThan(limits.bridgeKeptBytes + lineBytes);
  counted.held.resolve();
  counted.held = undefined;
  await writing;
  await writer[Symbol.asyncDispose]();
  expect((await there.stat("/a", { signal })).size).toBe(megabytes * piece.length);
});

test("an SFTP client that reads nothing holds an FTP server's download, which is whole in the end", async () => {
  const { files, there, counted } = countedFiles();
  await put(there, "/a", "");
  const big = await there.openWrite("/a", { start: "truncate", signal });
  for (let count = 0; count < megabytes; count += 1) await big.write([piece]);
  await big.finish();
  await using behind = await startFtpBehind({ files });
  const reader = await behind.files.openRead("/a", { offset: 0, signal });
  const buffer = Buffer.alloc(piece.length);
  let received = await reader.read(buffer);
  await stillness(() => counted.read);
  expect(counted.read).toBeLessThan(lineBytes);
  for (let count = 1; count > 0; received += count) count = await reader.read(buffer);
  await reader[Symbol.asyncDispose]();
  expect(received).toBe(megabytes * piece.length);
});
