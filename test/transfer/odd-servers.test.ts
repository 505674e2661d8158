// SFTP servers that OpenSSH's sftp gets on with: drop boxes, files that vanish, attributes that are not told.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openLocalFileSystem } from "../../src/filesystem/local/local-file-system.ts";
import type { FileSystem } from "../../src/platform/file-system.ts";
import { WireWriter } from "../../src/ssh/connection-protocol/wire-writer.ts";
import { messages, statusCodes } from "../../src/ssh/sftp/wire/message-types.ts";
import { fetchFile } from "../../src/transfer/fetch-file.ts";
import { storeFile } from "../../src/transfer/store-file.ts";
import { localSource, remoteSource, streamSource } from "../../src/transfer/store-order.ts";
import { makeTempDir, type TempDir } from "../support/tempdir.ts";
import { type Quirk, refuse, startSftpRig } from "./sftp-rig.ts";

const signal = new AbortController().signal;
const content = Buffer.alloc(100_000, "drop me ");

let there: TempDir;
let here: TempDir;
let files: FileSystem;
let notes: string[];
beforeEach(async () => {
  there = makeTempDir("there");
  here = makeTempDir("here");
  files = await openLocalFileSystem({ directory: there.path, sync: false });
  notes = [];
  writeFileSync(here.file("x.csv"), content);
});
afterEach(() => {
  there.remove();
  here.remove();
});

const options = { signal, note: (text: string) => void notes.push(text) };
const put = async (quirk: Quirk, more: { inPlace?: boolean; resume?: boolean } = {}) => {
  await using session = await startSftpRig({ files, quirk });
  return await storeFile(session, localSource(here.file("x.csv")), "/x.csv", { ...options, ...more });
};
const arrived = (): boolean => readFileSync(there.file("x.csv")).equals(content);

const isRename = ({ type, body }: Parameters<Quirk>[0]): boolean =>
  type === messages.rename || (type === messages.extended && body.text() === "posix-rename@openssh.com");
const looks: readonly number[] = [messages.stat, messages.lstat, messages.fstat];

/** Takes a file away when it is closed, and keeps what it has taken. */
function takingBox(taken: string[]): Quirk {
  const open: string[] = [];
  return ({ type, id, body }) => {
    if (type === messages.open) {
      const path = body.text();
      if ((body.uint32() & 2) !== 0) open.push(path);
    }
    if (type !== messages.close) return undefined;
    mkdirSync(there.file("taken"), { recursive: true });
    for (const path of open.splice(0)) {
      taken.push(basename(path));
      renameSync(there.file(path.slice(1)), there.file(`taken/${basename(path)}`));
    }
    return refuse(id, statusCodes.ok);
  };
}

describe("a drop box", () => {
  test.each([
    ["refuses a rename", statusCodes.permissionDenied, "permission denied"],
    ["knows no rename", statusCodes.unsupported, "cannot do that"],
  ] as const)("that %s gets the file in place, and no part", async (_, code, why) => {
    const quirk: Quirk = (request) => (isRename(request) ? refuse(request.id, code) : undefined);
    expect(await put(quirk)).toMatchObject({ bytes: 100_000, verified: "size" });
    expect(arrived()).toBe(true);
    expect(existsSync(there.file("x.csv.sallyport-part"))).toBe(false);
    expect(notes.join()).toContain("could not rename /x.csv.sallyport-part to /x.csv");
    expect(notes.join()).toContain(why);
  });

  test("that refuses to remove the part, too, keeps it, and that is told", async () => {
    const quirk: Quirk = (request) =>
      isRename(request) || request.type === messages.remove
        ? refuse(request.id, statusCodes.permissionDenied)
        : undefined;
    await put(quirk);
    expect(arrived()).toBe(true);
    expect(existsSync(there.file("x.csv.sallyport-part"))).toBe(true);
    expect(notes.join()).toContain("/x.csv.sallyport-part stays at the server");
  });

  test("that tells nothing of a file has it: nothing is compared", async () => {
    const quirk: Quirk = ({ type, id }) =>
      looks.includes(type) ? refuse(id, statusCodes.permissionDenied) : undefined;
    expect(await put(quirk)).toMatchObject({ bytes: 100_000, verified: "nothing" });
    expect(arrived()).toBe(true);
  });

  test("that takes some suffixes only gets the file in place", async () => {
    const quirk: Quirk = ({ type, id, body }) =>
      type === messages.open && !body.text().endsWith(".csv") ? refuse(id, statusCodes.permissionDenied) : undefined;
    expect(await put(quirk)).toMatchObject({ bytes: 100_000 });
    expect(arrived()).toBe(true);
    expect(notes.join()).toContain("could not write /x.csv.sallyport-part: permission denied");
  });

  test("that takes a file at its close gets it under its own name; with inPlace nothing else", async () => {
    const taken: string[] = [];
    expect(await put(takingBox(taken))).toMatchObject({ bytes: 100_000, verified: "nothing" });
    expect(taken).toEqual(["x.csv.sallyport-part", "x.csv"]);
    expect(readFileSync(there.file("taken/x.csv")).equals(content)).toBe(true);
    taken.length = 0;
    expect(await put(takingBox(taken), { inPlace: true })).toMatchObject({ bytes: 100_000, verified: "nothing" });
    expect(taken).toEqual(["x.csv"]);
  });

  test("is known after the first file of a session", async () => {
    let renames = 0;
    const quirk: Quirk = (request) => {
      if (!isRename(request)) return undefined;
      renames += 1;
      return refuse(request.id, statusCodes.permissionDenied);
    };
    await using session = await startSftpRig({ files, quirk });
    for (const name of ["/x.csv", "/y.csv"]) await storeFile(session, localSource(here.file("x.csv")), name, options);
    expect(renames).toBe(1);
    expect(readFileSync(there.file("y.csv")).equals(content)).toBe(true);
  });

  test("that refuses a rename cannot be sent standard input twice: the failed operation and --in-place are named", async () => {
    const quirk: Quirk = (request) =>
      isRename(request) ? refuse(request.id, statusCodes.permissionDenied) : undefined;
    await using session = await startSftpRig({ files, quirk });
    const stream = streamSource(
      (async function* () {
        yield content;
      })(),
    );
    await expect(storeFile(session, stream, "/x.csv", options)).rejects.toMatchObject({
      code: "FS_PERMISSION",
      message: expect.stringContaining("could not rename"),
      hint: expect.stringContaining("--in-place"),
    });
  });
});

describe("a file that vanishes once it is opened", () => {
  const vanishing: Quirk = ({ type, body }) => {
    if (type === messages.read && existsSync(there.file("f"))) rmSync(there.file("f"));
    void body;
    return undefined;
  };

  test("is read to its end, into a stream and into a file", async () => {
    await using session = await startSftpRig({ files, quirk: vanishing });
    writeFileSync(there.file("f"), content);
    const pieces: Buffer[] = [];
    const stream = session.download("/f", {});
    for await (const piece of stream) pieces.push(piece as Buffer);
    expect(Buffer.concat(pieces).equals(content)).toBe(true);
    writeFileSync(there.file("f"), content);
    await fetchFile(session, "/f", here.file("f"), options, () => {});
    expect(readFileSync(here.file("f")).equals(content)).toBe(true);
  });

  test("is copied, and nothing of it is left as a part", async () => {
    await using from = await startSftpRig({ files, quirk: vanishing });
    await using to = await startSftpRig({ files });
    writeFileSync(there.file("f"), content);
    using source = remoteSource(async () => from, "/f", { signal });
    expect(await storeFile(to, source, "/x.csv", options)).toMatchObject({ bytes: 100_000, verified: "size" });
    expect([arrived(), existsSync(there.file("f"))]).toEqual([true, false]);
  });
});

describe("attributes", () => {
  const told = (id: number, fill: (writer: WireWriter) => void): Uint8Array[] => {
    const writer = new WireWriter().byte(105).uint32(id);
    fill(writer);
    return [writer.packet()];
  };

  test.each([
    ["none at all", (writer: WireWriter) => writer.uint32(0)],
    ["a size of 0", (writer: WireWriter) => writer.uint32(1).uint32(0).uint32(0)],
    ["permissions without a type", (writer: WireWriter) => writer.uint32(4).uint32(0o644)],
  ])("%s: the end of the file decides", async (_, fill) => {
    const quirk: Quirk = ({ type, id }) => (looks.includes(type) ? told(id, fill) : undefined);
    await using session = await startSftpRig({ files, quirk });
    writeFileSync(there.file("f"), content);
    const result = await fetchFile(session, "/f", here.file("f"), options, () => {});
    expect(result).toMatchObject({ bytes: 100_000, verified: "nothing" });
    expect(readFileSync(here.file("f")).equals(content)).toBe(true);
    expect(await put(quirk)).toMatchObject({ bytes: 100_000 });
  });

  test("that are not told are not made up", async () => {
    const quirk: Quirk = ({ type, id }) => (looks.includes(type) ? told(id, (writer) => writer.uint32(0)) : undefined);
    await using session = await startSftpRig({ files, quirk });
    writeFileSync(there.file("f"), content);
    mkdirSync(there.file("d"));
    expect(await session.stat("/f")).toMatchObject({ type: "file", size: undefined, modified: undefined });
    expect(await session.stat("/d")).toMatchObject({ type: "directory" });
  });
});

test.each([
  ["refused", (id: number) => refuse(id, statusCodes.badMessage)],
  [
    "C:/home",
    (id: number) => [new WireWriter().byte(104).uint32(id).uint32(1).string("C:/home").string("").uint32(0).packet()],
  ],
])("REALPATH that is %s: absolute paths need no login directory, others say so", async (_, answer) => {
  const quirk: Quirk = ({ type, id }) => (type === messages.realpath ? answer(id) : undefined);
  await using session = await startSftpRig({ files, quirk });
  writeFileSync(there.file("f"), content);
  expect((await session.stat("/f")).size).toBe(100_000);
  await expect(session.stat("f")).rejects.toMatchObject({
    code: "SSH_PROTOCOL",
    message: expect.stringContaining("login directory"),
    hint: expect.stringContaining("from the root"),
  });
});

test.each([241, 255])("a name of %i bytes goes up and down", async (length) => {
  const name = `${"ä".repeat(100)}${"n".repeat(length - 200)}`;
  await using session = await startSftpRig({ files });
  await storeFile(session, localSource(here.file("x.csv")), `/${name}`, options);
  expect(readFileSync(there.file(name)).equals(content)).toBe(true);
  await fetchFile(session, `/${name}`, here.file(name), options, () => {});
  expect(readFileSync(here.file(name)).equals(content)).toBe(true);
});
