// Every request of SFTP version 3 and its errors, on a file system in memory.
import { mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openLocalFileSystem } from "../../../src/filesystem/local/local-file-system.ts";
import { MemoryFileSystem } from "../../../src/filesystem/memory/memory-file-system.ts";
import { dropBox, readOnly } from "../../../src/filesystem/read-only.ts";
import type { FileOptions, FileSystem } from "../../../src/platform/file-system.ts";
import { SallyportError } from "../../../src/protocol/error.ts";
import { limits } from "../../../src/protocol/limits.ts";
import { longName } from "../../../src/protocol/listing/list-line.ts";
import type { WireWriter } from "../../../src/ssh/connection-protocol/wire-writer.ts";
import { messages, openFlags, statusCodes } from "../../../src/ssh/sftp/wire/message-types.ts";
import { get, put } from "../../../src/testing/file-system/subject.ts";
import { makeTempDir } from "../../support/tempdir.ts";
import { ok, SftpCalls } from "./session.ts";

const { read, write, append, create, truncate, exclusive } = openFlags;
const { noSuchFile, permissionDenied, failure, unsupported, endOfFile, badMessage } = statusCodes;

let files: MemoryFileSystem;
let sftp: SftpCalls;
beforeEach(async () => {
  files = new MemoryFileSystem({ now: () => 86_400_000, bytesMax: 1_000_000 });
  await put(files, "/a", "0123456789");
  sftp = new SftpCalls(files);
});
afterEach(() => sftp[Symbol.asyncDispose]());

/** The methods of a file system, to be given to another object. */
function bound(from: MemoryFileSystem): object {
  return { stat: from.stat.bind(from), openWrite: from.openWrite.bind(from), openRead: from.openRead.bind(from) };
}

async function handle(path: string, flags: number, on: SftpCalls = sftp): Promise<Uint8Array> {
  const opened = await on.open(path, flags);
  if (typeof opened === "number") throw new Error(`status ${opened}`);
  return opened;
}

test("INIT is answered with version 3 and what there is beyond it", async () => {
  sftp.raw(Uint8Array.of(0, 0, 0, 5, messages.init, 0, 0, 0, 6));
  expect(Buffer.from(await sftp.next()).toString("latin1")).toMatch(
    /^\x02\0\0\0\x03.*posix-rename@openssh\.com.*limits@openssh\.com/s,
  );
});

describe("reading", () => {
  test("goes on and on, jumps, and ends with EOF", async () => {
    const file = await handle("/a", read);
    expect(await sftp.read(file, 0, 4)).toBe("0123");
    expect(await sftp.read(file, 4, 4)).toBe("4567");
    expect(await sftp.read(file, 1, 2)).toBe("12");
    expect(await sftp.read(file, 8, 100)).toBe("89");
    expect(await sftp.read(file, 10, 100)).toBe(endOfFile);
    expect(await sftp.close(file)).toBe(ok);
    expect(await sftp.read(file, 0, 1)).toBe(failure);
  });

  test("gives no more at once than the limit, whatever is asked for", async () => {
    await put(files, "/big", "x".repeat(300_000));
    const file = await handle("/big", read);
    expect(await sftp.read(file, 0, 0xffff_ffff)).toHaveLength(limits.sftpDataBytesMax);
  });

  test("is refused on what is not there, a directory, and a file opened for writing", async () => {
    await files.mkdir("/d", { signal: new AbortController().signal });
    expect(await sftp.open("/none", read)).toBe(noSuchFile);
    expect(await sftp.open("/d", read)).toBe(failure);
    expect(await sftp.read(await handle("/a", write), 0, 1)).toBe(permissionDenied);
  });
});

describe("writing", () => {
  test("a new file needs CREAT", async () => {
    expect(await sftp.open("/b", write)).toBe(noSuchFile);
    const file = await handle("/b", write | create);
    expect(await sftp.write(file, 0, "new")).toBe(ok);
    expect(await sftp.close(file)).toBe(ok);
    expect(await get(files, "/b")).toBe("new");
  });

  test("TRUNC empties, EXCL refuses a name that is taken, APPEND ignores offsets", async () => {
    const emptied = await handle("/a", write | create | truncate);
    expect(await get(files, "/a")).toBe("");
    await sftp.write(emptied, 0, "one");
    await sftp.close(emptied);
    expect(await sftp.open("/a", write | create | exclusive)).toBe(failure);
    const appended = await handle("/a", write | append);
    await sftp.write(appended, 0, " two");
    await sftp.write(appended, 0, " three");
    await sftp.close(appended);
    expect(await get(files, "/a")).toBe("one two three");
  });

  test("without TRUNC changes what is written and nothing else, in any order", async () => {
    const file = await handle("/a", write | read);
    expect(await sftp.write(file, 8, "XY")).toBe(ok);
    expect(await sftp.write(file, 0, "AB")).toBe(ok);
    expect(await sftp.read(file, 0, 100)).toBe("AB234567XY");
    expect(await sftp.status(messages.fsetstat, (w) => w.string(file).uint32(1).uint32(0).uint32(4))).toBe(ok);
    await sftp.close(file);
    expect(await get(files, "/a")).toBe("AB23");
  });

  test("beyond the room that is left is refused, and the session goes on", async () => {
    const file = await handle("/a", write);
    expect(await sftp.status(messages.write, (w) => w.string(file).uint32(4096).uint32(0).string("x"))).toBe(failure);
    expect(await sftp.write(file, 0, "ok")).toBe(ok);
  });
});

describe("an offset of 2^53 or more", () => {
  const beyond = [
    [0x0020_0000, 0],
    [0x7fff_ffff, 0xffff_ffff],
    [0xffff_ffff, 0xffff_ffff],
    // The offset is exact, the end of what is written is not.
    [0x001f_ffff, 0xffff_ffff],
  ] as const;

  test.each(beyond)("%i * 2^32 + %i: WRITE is refused, and the file stays as it is", async (high, low) => {
    await using dir = makeTempDir("offsets");
    writeFileSync(dir.file("a"), "0123456789");
    for (const where of [files, await openLocalFileSystem({ directory: dir.path })]) {
      await using session = new SftpCalls(where);
      const file = await handle("/a", read | write, session);
      const answer = await session.ask(messages.write, (w) => w.string(file).uint32(high).uint32(low).string("XYZ"));
      expect([answer.type, answer.body.uint32()]).toEqual([messages.status, failure]);
      expect(await session.close(file)).toBe(ok);
      expect(await get(where, "/a")).toBe("0123456789");
    }
  });

  test.each(beyond)("%i * 2^32 + %i: READ is refused, or the end of the file", async (high, low) => {
    const file = await handle("/a", read);
    const answer = await sftp.ask(messages.read, (w) => w.string(file).uint32(high).uint32(low).uint32(4));
    expect(answer.type).toBe(messages.status);
    expect([failure, endOfFile]).toContain(answer.body.uint32());
  });

  test("as a size is refused by SETSTAT and FSETSTAT", async () => {
    const file = await handle("/a", write);
    for (const [type, name] of [
      [messages.setstat, "/a"],
      [messages.fsetstat, file],
    ] as const) {
      const answer = await sftp.ask(type, (w) => w.string(name).uint32(1).uint32(0x0020_0000).uint32(1));
      expect([answer.type, answer.body.uint32()]).toEqual([messages.status, failure]);
    }
    expect(await get(files, "/a")).toBe("0123456789");
  });
});

test("CLOSE is OK only when every byte is where it belongs", async () => {
  const full = {
    openUpdate: async (path: string, options: FileOptions) => {
      const updater = await files.openUpdate(path, options);
      return { ...updater, finish: () => Promise.reject(new SallyportError("FS_NO_SPACE", "the disk is full")) };
    },
  };
  await using session = new SftpCalls({ ...readOnly(files), ...bound(files), ...full } as FileSystem);
  const file = await handle("/a", write, session);
  expect(await session.write(file, 0, "x")).toBe(ok);
  expect(await session.close(file)).toBe(failure);
});

describe("a file system that writes from one end to the other", () => {
  test("takes new files, in order", async () => {
    await using drop = new SftpCalls(dropBox(files));
    const file = await handle("/new", write | create | truncate, drop);
    expect(await drop.write(file, 0, "one ")).toBe(ok);
    expect(await drop.write(file, 4, "two")).toBe(ok);
    expect(await drop.write(file, 0, "again")).toBe(unsupported);
    expect(await drop.close(file)).toBe(ok);
    expect(await get(files, "/new")).toBe("one two");
  });

  test("a drop box keeps what is there", async () => {
    await using drop = new SftpCalls(dropBox(files));
    expect(await drop.open("/a", write | create | truncate)).toBe(permissionDenied);
    const file = await handle("/a", write, drop);
    expect(await drop.write(file, 0, "x")).toBe(unsupported);
    expect(await drop.write(file, 10, "x")).toBe(permissionDenied);
    expect(await get(files, "/a")).toBe("0123456789");
  });

  test("what is read-only changes in no way", async () => {
    await using view = new SftpCalls(readOnly(files));
    expect(await view.open("/b", write | create)).toBe(permissionDenied);
    expect(await view.status(messages.remove, (w) => w.string("/a"))).toBe(permissionDenied);
    expect(await view.status(messages.mkdir, (w) => w.string("/d").uint32(0))).toBe(permissionDenied);
    expect(await view.status(messages.rename, (w) => w.string("/a").string("/b"))).toBe(permissionDenied);
    expect(await view.status(messages.setstat, (w) => w.string("/a").uint32(4).uint32(0o777))).toBe(unsupported);
    expect(await view.read(await handle("/a", read, view), 0, 2)).toBe("01");
  });
});

describe("names", () => {
  test("a directory is listed in pieces, to its end", async () => {
    for (let at = 0; at < limits.sftpNamesMax + 1; at += 1) await put(files, `/f${at}`, "");
    const opened = await sftp.ask(messages.opendir, (w) => w.string("/"));
    const directory = opened.body.string().slice();
    const counts: number[] = [];
    for (;;) {
      const answer = await sftp.ask(messages.readdir, (w) => w.string(directory));
      if (answer.type === messages.status) {
        expect(answer.body.uint32()).toBe(endOfFile);
        break;
      }
      counts.push(answer.body.uint32());
    }
    expect(counts).toEqual([100, 2]);
    expect(await sftp.close(directory)).toBe(ok);
  });

  test("STAT, LSTAT and FSTAT tell size, kind and time", async () => {
    const file = await handle("/a", read);
    for (const [type, name] of [
      [messages.stat, "/a"],
      [messages.lstat, "/a"],
      [messages.fstat, file],
    ] as const) {
      const { body } = await sftp.ask(type, (w) => w.string(name));
      const fields = Array.from({ length: 6 }, () => body.uint32());
      expect(fields).toEqual([1 | 4 | 8, 0, 10, 0o100644, 86_400, 86_400]);
    }
  });

  test("REALPATH goes by the letters, and not above the root", async () => {
    for (const [asked, told] of [
      [".", "/"],
      ["a/../b/./c//", "/b/c"],
      ["/../../etc/passwd", "/etc/passwd"],
    ] as const) {
      const { body } = await sftp.ask(messages.realpath, (w) => w.string(asked));
      expect([body.uint32(), body.text()]).toEqual([1, told]);
    }
  });

  test("RENAME keeps a file that has the new name, posix-rename replaces it", async () => {
    await put(files, "/b", "other");
    expect(await sftp.status(messages.rename, (w) => w.string("/a").string("/b"))).toBe(failure);
    expect(await get(files, "/b")).toBe("other");
    const posix = "posix-rename@openssh.com";
    expect(await sftp.status(messages.extended, (w) => w.string(posix).string("/a").string("/b"))).toBe(ok);
    expect(await get(files, "/b")).toBe("0123456789");
    expect(await sftp.status(messages.rename, (w) => w.string("/b").string("/c"))).toBe(ok);
  });

  test("directories come and go, and one with something in it stays", async () => {
    expect(await sftp.status(messages.mkdir, (w) => w.string("/d").uint32(0))).toBe(ok);
    await put(files, "/d/x", "");
    expect(await sftp.status(messages.rmdir, (w) => w.string("/d"))).toBe(failure);
    expect(await sftp.status(messages.remove, (w) => w.string("/d/x"))).toBe(ok);
    expect(await sftp.status(messages.rmdir, (w) => w.string("/d"))).toBe(ok);
    expect(await sftp.status(messages.remove, (w) => w.string("/d/x"))).toBe(noSuchFile);
  });

  test("mode and time can be set, an owner cannot", async () => {
    expect(await sftp.status(messages.setstat, (w) => w.string("/a").uint32(4).uint32(0o600))).toBe(ok);
    expect(await sftp.status(messages.setstat, (w) => w.string("/a").uint32(8).uint32(5).uint32(7))).toBe(ok);
    const facts = await files.stat("/a", { signal: new AbortController().signal });
    expect(facts).toMatchObject({ mode: 0o600, modifiedMs: 7000 });
    expect(await sftp.status(messages.setstat, (w) => w.string("/a").uint32(2).uint32(0).uint32(0))).toBe(unsupported);
  });

  test.each([
    ["READLINK", messages.readlink],
    ["SYMLINK", messages.symlink],
  ])("%s is refused in words", async (_name, type) => {
    const { body } = await sftp.ask(type, (w) => w.string("/a").string("/etc/passwd"));
    expect([body.uint32(), body.text()]).toEqual([unsupported, "symbolic links are neither read nor made here"]);
  });

  test("a name with a NUL is none", async () => {
    expect(await sftp.open("/a\0b", read)).toBe(failure);
  });
});

describe("OpenSSH's extensions", () => {
  const uint64 = (w: WireWriter, value: number): WireWriter =>
    w.uint32(Math.floor(value / 2 ** 32)).uint32(value % 2 ** 32);

  test("statvfs tells the room, by path and by handle", async () => {
    const file = await handle("/a", read);
    const told = async (fill: (w: WireWriter) => void): Promise<number[]> => {
      const { type, body } = await sftp.ask(messages.extended, fill);
      expect(type).toBe(messages.extendedReply);
      return Array.from({ length: 11 }, () => body.uint32() * 2 ** 32 + body.uint32());
    };
    const byPath = await told((w) => w.string("statvfs@openssh.com").string("/"));
    expect(byPath).toEqual([1, 1, 1_000_000, 999_990, 999_990, 0, 0, 0, 0, 2, 255]);
    expect(await told((w) => w.string("fstatvfs@openssh.com").string(file))).toEqual(byPath);
    expect(await sftp.status(messages.extended, (w) => w.string("statvfs@openssh.com").string("/no"))).toBe(noSuchFile);
  });

  const copy = (from: Uint8Array, at: number, length: number, to: Uint8Array, toAt: number): Promise<number> =>
    sftp.status(messages.extended, (w) => {
      uint64(uint64(w.string("copy-data").string(from), at), length).string(to);
      uint64(w, toAt);
    });

  test("copy-data copies a part, or as far as the file goes", async () => {
    const from = await handle("/a", read);
    const to = await handle("/b", write | create);
    expect(await copy(from, 2, 3, to, 0)).toBe(ok);
    expect(await copy(from, 8, 0, to, 3)).toBe(ok);
    expect(await copy(from, 5, 100, to, 5)).toBe(ok);
    expect(await sftp.close(to)).toBe(ok);
    expect(await get(files, "/b")).toBe("2348956789");
  });

  test("hazard: a copy that never ends: a file is not copied into itself, and a position beyond 2^53 is none", async () => {
    const from = await handle("/a", read);
    const to = await handle("/a", write | append);
    expect(await copy(from, 0, 0, to, 10)).toBe(failure);
    const other = await handle("/b", write | create);
    expect(await copy(from, 2 ** 53, 0, other, 0)).toBe(failure);
    expect(await copy(from, 0, 0, other, 2 ** 53)).toBe(failure);
    expect(await sftp.write(other, 0, "x")).toBe(ok);
    expect(await copy(other, 0, 0, to, 0)).toBe(permissionDenied);
    expect(await get(files, "/a")).toBe("0123456789");
  });

  test("hardlink gives a file a second name below the root, and is unknown where a file has one name", async () => {
    const link = (on: SftpCalls, from: string, to: string): Promise<number> =>
      on.status(messages.extended, (w) => w.string("hardlink@openssh.com").string(from).string(to));
    expect(await link(sftp, "/a", "/b")).toBe(unsupported);
    const dir = makeTempDir("links");
    writeFileSync(dir.file("outside"), "x");
    mkdirSync(dir.file("root"));
    writeFileSync(dir.file("root/a"), "x");
    symlinkSync(dir.file("outside"), dir.file("root/out"));
    const local = await openLocalFileSystem({ directory: dir.file("root"), sync: false });
    await using on = new SftpCalls(local);
    expect(await link(on, "/a", "/../b")).toBe(ok);
    expect(statSync(dir.file("root/b")).ino).toBe(statSync(dir.file("root/a")).ino);
    // hazard: a link that leads out would make the file outside one of the user's
    expect(await link(on, "/out", "/c")).toBe(failure);
    expect(await link(on, "/../outside", "/c")).toBe(noSuchFile);
    expect(await link(on, "/a", "/b")).toBe(failure);
    await using readingOnly = new SftpCalls(readOnly(local));
    expect(await link(readingOnly, "/a", "/d")).toBe(unsupported);
    dir.remove();
  });
});

test("a listing has long names as OpenSSH's sftp-server writes them", () => {
  const facts = { type: "file", size: 5, modifiedMs: Date.UTC(2001, 1, 3), mode: 0o644, links: 1, owner: "0" } as const;
  const now = Date.UTC(2001, 2, 3);
  const name = "a b";
  expect(longName({ name, facts: { ...facts, group: "100" } }, now)).toBe(
    "-rw-r--r--    1 0        100             5 Feb  3 00:00 a b",
  );
  expect(longName({ name, facts: { ...facts, group: "0", size: 1_234_567_890 } }, Date.UTC(2003, 0, 1))).toBe(
    "-rw-r--r--    1 0        0        1234567890 Feb  3  2001 a b",
  );
});

describe("a client that does not keep to the protocol", () => {
  test("what is no request is OP_UNSUPPORTED", async () => {
    expect(await sftp.status(99, () => {})).toBe(unsupported);
    expect(await sftp.status(messages.extended, (w) => w.string("none@openssh.com").string("/"))).toBe(unsupported);
  });

  test("a request that ends early is BAD_MESSAGE", async () => {
    expect(await sftp.status(messages.open, (w) => w.string("/a"))).toBe(badMessage);
    expect(await sftp.status(messages.write, (w) => w.uint32(1000))).toBe(badMessage);
  });

  test("a message beyond the limit ends the session", async () => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(limits.sftpPacketBytesMax + 1);
    sftp.raw(length);
    await sftp.served;
  });

  test("more open files than the limit are refused; one that is closed makes room", async () => {
    const open: Uint8Array[] = [];
    for (let at = 0; at < limits.sftpHandlesMax; at += 1) open.push(await handle("/a", read));
    expect(await sftp.open("/a", read)).toBe(failure);
    await sftp.close(open[0] as Uint8Array);
    await handle("/a", read);
  });
});
