// The FTP session behind an SFTP client is lost: the transfer goes on in another one, or is a told failure.
import { expect, test } from "vitest";
import { Deferred } from "../../src/platform/deferred.ts";
import type { FileWriter, WriteStart } from "../../src/platform/file-system.ts";
import { get, names, put } from "../../src/testing/file-system/subject.ts";
import { watchResources } from "../support/resources.ts";
import { until } from "../support/until.ts";
import { breakable, type FtpBehind, startFtpBehind } from "./ftp-rig.ts";

watchResources();

const signal = new AbortController().signal;
const content = Array.from({ length: 300_000 }, (_, index) => `${index} line of the file\n`).join("");

/** More than the lines hold that are on the way to it. */
const half = content.slice(0, content.length / 2);

const bytesThere = async ({ there }: FtpBehind): Promise<number> =>
  await there.stat("/a", { signal }).then(
    ({ size }) => size,
    () => 0,
  );

async function writeHalf(behind: FtpBehind, start: WriteStart, had = 0): Promise<FileWriter> {
  const writer = await behind.files.openWrite("/a", { start, signal });
  await writer.write([Buffer.from(half)]);
  await until("some of it is there", async () => (await bytesThere(behind)) > had + 100_000);
  return writer;
}

async function writeRest(writer: FileWriter): Promise<void> {
  await writer.write([Buffer.from(content.slice(half.length))]);
  await writer.finish();
  await writer[Symbol.asyncDispose]();
}

test("a download goes on from where it was", async () => {
  const { network, breakAll } = breakable();
  await using behind = await startFtpBehind({}, { network });
  await put(behind.there, "/a", content.repeat(3));
  const reader = await behind.files.openRead("/a", { offset: 0, signal });
  const parts: Buffer[] = [];
  for (let count = 1; count > 0; ) {
    const buffer = Buffer.alloc(1_000_000);
    count = await reader.read(buffer);
    parts.push(buffer.subarray(0, count));
    if (parts.length === 1) await breakAll();
  }
  await reader[Symbol.asyncDispose]();
  expect(Buffer.concat(parts).toString("latin1") === content.repeat(3)).toBe(true);
});

test("an upload goes on behind the last byte that the server has", async () => {
  const { network, breakAll } = breakable();
  await using behind = await startFtpBehind({}, { network });
  const writer = await writeHalf(behind, "truncate");
  await breakAll();
  await writeRest(writer);
  expect((await get(behind.there, "/a")) === content).toBe(true);
});

test("what is appended goes on behind what the file had", async () => {
  const { network, breakAll } = breakable();
  await using behind = await startFtpBehind({}, { network });
  await put(behind.there, "/a", "before\n");
  const writer = await writeHalf(behind, "append", 7);
  await breakAll();
  await writeRest(writer);
  expect((await get(behind.there, "/a")) === `before\n${content}`).toBe(true);
});

test("where the server keeps the old file until the new one is whole, the upload begins again", async () => {
  const { network, breakAll } = breakable();
  await using behind = await startFtpBehind({ atomicUploads: true }, { network });
  await put(behind.there, "/a", "the old one");
  const writer = await behind.files.openWrite("/a", { start: "truncate", signal });
  await writer.write([Buffer.from(half)]);
  await breakAll();
  expect(await get(behind.there, "/a")).toBe("the old one");
  await writeRest(writer);
  expect((await get(behind.there, "/a")) === content).toBe(true);
});

test.each([
  ["is another one of a size that could be", "x".repeat(200_000)],
  ["has more than was sent", "x".repeat(content.length * 2)],
])("an upload whose file %s is not resumed, and said to be lost", async (_, other) => {
  const { network, breakAll } = breakable();
  await using behind = await startFtpBehind({}, { network });
  const writer = await writeHalf(behind, "truncate");
  const mended = new Deferred();
  await breakAll(mended.promise);
  await until("its upload is over", () => behind.ftp.transfersRunning === 0);
  await put(behind.there, "/a", other);
  mended.resolve();
  await expect(writeRest(writer)).rejects.toMatchObject({
    code: "FS_FAILED",
    message: expect.stringContaining("the upload cannot be resumed"),
  });
  await writer[Symbol.asyncDispose]();
  expect((await get(behind.there, "/a")) === other).toBe(true);
});

test("more than is kept cannot be sent again, and is said to be lost", async () => {
  const { network, breakAll } = breakable();
  await using behind = await startFtpBehind({}, { network });
  const writer = await behind.files.openWrite("/a", { start: "truncate", signal });
  for (let sent = 0; sent < 20_000_000; sent += content.length) await writer.write([Buffer.from(content)]);
  const mended = new Deferred();
  await breakAll(mended.promise);
  await until("its upload is over", () => behind.ftp.transfersRunning === 0);
  await behind.there.remove("/a", { signal });
  mended.resolve();
  await expect(writeRest(writer)).rejects.toThrow("the upload cannot be resumed");
  await writer[Symbol.asyncDispose]();
});

test("sessions that were lost while nobody used them are replaced by others", async () => {
  const { network, breakAll } = breakable();
  await using behind = await startFtpBehind({}, { network });
  await put(behind.there, "/a", "text");
  expect(await get(behind.files, "/a")).toBe("text");
  await breakAll();
  expect(await names(behind.files, "/")).toEqual(["a"]);
  await breakAll();
  expect(await get(behind.files, "/a")).toBe("text");
  await breakAll();
  await put(behind.files, "/b", "more");
  expect(await names(behind.there, "/")).toEqual(["a", "b"]);
});
