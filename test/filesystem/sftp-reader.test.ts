// Downloads of which each answer comes in pieces, so that it is put together in memory of the reader.
import { randomBytes } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { MemoryFileSystem } from "../../src/filesystem/memory/memory-file-system.ts";
import { makeSftpFileSystem } from "../../src/filesystem/sftp/sftp-file-system.ts";
import { systemClock } from "../../src/network/system-clock.ts";
import type { FileReader } from "../../src/platform/file-system.ts";
import { SftpClient } from "../../src/ssh/sftp/client/sftp-client.ts";
import { openRigged, type SftpRigOptions } from "../transfer/sftp-rig.ts";

const { signal } = new AbortController();

async function readerOf(content: Uint8Array, reorder: NonNullable<SftpRigOptions["reorder"]>): Promise<FileReader> {
  const files = new MemoryFileSystem({ now: () => 0 });
  const writer = await files.openWrite("/file", { signal, start: "truncate" });
  await writer.write([content]);
  await writer.finish();
  const connection = openRigged({ files, reorder });
  const client = await SftpClient.open({ connection, clock: systemClock, signal });
  onTestFinished(() => client[Symbol.asyncDispose]());
  return await makeSftpFileSystem({ client }).openRead("/file", { signal, offset: 0 });
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test.each<[string, NonNullable<SftpRigOptions["reorder"]>]>([
  ["in their order", (replies) => replies],
  ["in another order", (replies) => [...replies].reverse()],
])("a file whose answers come %s is read whole, however little is read at once", async (_order, reorder) => {
  const content = randomBytes(1_000_000);
  await using reader = await readerOf(content, reorder);
  const read: Buffer[] = [];
  for (;;) {
    const buffer = Buffer.alloc(7001);
    const count = await reader.read(buffer);
    if (count === 0) break;
    read.push(buffer.subarray(0, count));
    await turn(); // the next answers come while the rest of this one waits
  }
  expect(Buffer.concat(read).equals(content)).toBe(true);
});
