// No byte sequence crashes the SFTP server, and none leaves its root.
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { openLocalFileSystem } from "../../../src/filesystem/local/local-file-system.ts";
import { MemoryFileSystem } from "../../../src/filesystem/memory/memory-file-system.ts";
import { messages, openFlags } from "../../../src/ssh/sftp/wire/message-types.ts";
import { fc } from "../../support/fast-check.ts";
import { watchResources } from "../../support/resources.ts";
import { makeTempDir } from "../../support/tempdir.ts";
import { ok, SftpCalls } from "./session.ts";

watchResources();

const types = fc.constantFrom(...Object.values(messages), 0, 99, 255);
const body = fc.array(
  fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.constantFrom("/a", "..", "1", "posix-rename@openssh.com").map((text) => {
      const bytes = Buffer.from(text);
      return Uint8Array.from([0, 0, 0, bytes.length, ...bytes]);
    }),
  ),
  { maxLength: 4 },
);
const packet = fc.tuple(types, fc.nat(0xffff), body).map(([type, id, parts]) => {
  const rest = Buffer.concat([Buffer.from([type, 0, 0, id >> 8, id & 255]), ...parts]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(rest.length);
  return Buffer.concat([length, rest]);
});

test("any messages are answered or end the session, and the next session works", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof({ weight: 9, arbitrary: packet }, fc.uint8Array())), async (pieces) => {
      const files = new MemoryFileSystem({ now: () => 0, bytesMax: 10_000 });
      const session = new SftpCalls(files);
      for (const piece of pieces) session.raw(piece);
      session.end();
      await session.served;
      await using after = new SftpCalls(files);
      expect(await after.status(messages.mkdir, (w) => w.string("/fresh").uint32(0))).toBe(ok);
    }),
    { numRuns: 150 },
  );
});

test("hazard: path traversal: no path leads out of the root, by dots or by links", async () => {
  const dir = makeTempDir("sftp");
  mkdirSync(dir.file("root"));
  writeFileSync(dir.file("secret"), "secret");
  symlinkSync("../secret", dir.file("root/link"));
  symlinkSync("..", dir.file("root/up"));
  const session = new SftpCalls(await openLocalFileSystem({ directory: dir.file("root"), sync: false }));
  const paths = ["../secret", "/../secret", "up/secret", "/up/../../secret", "link", "/up/new", "//..//..//secret"];
  for (const path of paths) {
    expect(await session.open(path, openFlags.read), path).toBeTypeOf("number");
    const flags = openFlags.write | openFlags.truncate;
    expect(await session.open(path, flags), path).toBeTypeOf("number");
  }
  expect(await session.status(messages.rename, (w) => w.string("/link").string("/up/moved"))).not.toBe(ok);
  expect(await session.status(messages.remove, (w) => w.string("/up/secret"))).not.toBe(ok);
  expect(readFileSync(dir.file("secret"), "utf8")).toBe("secret");
  expect(readdirSync(dir.path).sort()).toEqual(["root", "secret"]);
  await session[Symbol.asyncDispose]();
  dir.remove();
});
