// How a session ends, and what happens when the client does not read.
import { Duplex } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { MemoryFileSystem } from "../../../src/filesystem/memory/memory-file-system.ts";
import { readOnly } from "../../../src/filesystem/read-only.ts";
import { WireWriter } from "../../../src/ssh/connection-protocol/wire-writer.ts";
import { serveSftp } from "../../../src/ssh/sftp/server/serve-sftp.ts";
import { messages, openFlags } from "../../../src/ssh/sftp/wire/message-types.ts";
import { get, put } from "../../../src/testing/file-system/subject.ts";
import { until } from "../../support/until.ts";
import { SftpCalls } from "./session.ts";

const { read, write, create, truncate } = openFlags;

let files: MemoryFileSystem;
let sftp: SftpCalls;
beforeEach(async () => {
  files = new MemoryFileSystem({ now: () => 0, bytesMax: 1_000_000 });
  await put(files, "/a", "0123456789");
  sftp = new SftpCalls(files);
});
afterEach(() => sftp[Symbol.asyncDispose]());

async function handle(path: string, flags: number): Promise<Uint8Array> {
  const opened = await sftp.open(path, flags);
  if (typeof opened === "number") throw new Error(`status ${opened}`);
  return opened;
}

test("a client that reads no replies is read no further, and no file is read for it", async () => {
  await put(files, "/big", "x".repeat(200_000));
  let reads = 0;
  const counted = {
    ...readOnly(files),
    openRead: async (path: string, options: { readonly offset: number; readonly signal: AbortSignal }) => {
      const reader = await files.openRead(path, options);
      const read = reader.read.bind(reader);
      reader.read = (buffer) => {
        reads += 1;
        return read(buffer);
      };
      return reader;
    },
  };
  const stream = new Duplex({ read: () => {}, write: () => {} }); // takes one reply, and never says that it has
  const served = serveSftp(stream, { files: counted, now: () => 0 });
  const request = (fill: (writer: WireWriter) => void): void => {
    const writer = new WireWriter();
    fill(writer);
    stream.push(writer.packet());
  };
  request((w) => w.byte(messages.open).uint32(1).string("/big").uint32(read).uint32(0));
  for (let id = 2; id < 100; id += 1) {
    request((w) => w.byte(messages.read).uint32(id).string("1").uint32(0).uint32(0).uint32(100_000));
  }
  await until("a read", () => reads > 0);
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  expect(reads).toBe(1);
  stream.destroy();
  await served;
});

test("a client that leaves with its last replies on their way gets them", async () => {
  const file = await handle("/a", read);
  const asked = sftp.read(file, 0, 10);
  sftp.end();
  expect(await asked).toBe("0123456789");
  await sftp.served;
});

test("an upload that is cut off is no complete file, but what it was so far", async () => {
  const file = await handle("/b", write | create | truncate);
  await sftp.write(file, 0, "half");
  sftp.break();
  await sftp.served;
  expect(await get(files, "/b")).toBe("half");
});
