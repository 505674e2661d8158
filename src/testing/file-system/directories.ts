import { deepEqual, equal, match } from "node:assert/strict";
import { matches, rejectsLike } from "../assertions.ts";
import type { Facts } from "../facts.ts";
import { code, type FileSystemSubject, get, names, put, signal } from "./subject.ts";

export function directoriesFacts({ test }: Facts, subject: FileSystemSubject): void {
  test("the root is an empty directory", async () => {
    matches(await subject.files.stat("/", { signal }), { type: "directory" });
    deepEqual(await names(subject.files, "/"), []);
  });

  test("a directory lists what is in it, with facts", async () => {
    const { files } = subject;
    await files.mkdir("/d", { signal });
    await files.mkdir("/d/e", { signal });
    await put(files, "/d/f", "hello");
    const found = [];
    for await (const { name, facts } of files.list("/d", { signal })) found.push([name, facts.type]);
    deepEqual(found.sort(), [
      ["e", "directory"],
      ["f", "file"],
    ]);
  });

  test("a listing that is given up half-way leaves nothing open", async () => {
    for (let index = 0; index < 200; index += 1) await subject.files.mkdir(`/d${index}`, { signal });
    for await (const { name } of subject.files.list("/", { signal })) {
      match(name, /^d/);
      break;
    }
    equal((await names(subject.files, "/")).length, 200);
  });

  test("a file cannot be listed, nor what is not there", async () => {
    await put(subject.files, "/a", "");
    await rejectsLike(names(subject.files, "/a"), code("FS_NOT_DIRECTORY"));
    await rejectsLike(names(subject.files, "/no"), code("FS_NOT_FOUND"));
  });

  test("a directory is made once", async () => {
    await subject.files.mkdir("/d", { signal });
    await rejectsLike(subject.files.mkdir("/d", { signal }), code("FS_EXISTS"));
    await rejectsLike(subject.files.mkdir("/", { signal }), code("FS_EXISTS"));
    await rejectsLike(subject.files.mkdir("/no/d", { signal }), code("FS_NOT_FOUND"));
  });

  test("rmdir takes empty directories only", async () => {
    const { files } = subject;
    await files.mkdir("/d", { signal });
    await put(files, "/d/a", "");
    await rejectsLike(files.rmdir("/d", { signal }), code("FS_NOT_EMPTY"));
    await rejectsLike(files.rmdir("/d/a", { signal }), code("FS_NOT_DIRECTORY"));
    await files.remove("/d/a", { signal });
    await files.rmdir("/d", { signal });
    await rejectsLike(files.rmdir("/d", { signal }), code("FS_NOT_FOUND"));
  });

  test("the root can be neither removed nor renamed", async () => {
    await rejectsLike(subject.files.rmdir("/", { signal }), code("FS_PERMISSION"));
    await rejectsLike(subject.files.remove("/", { signal }), code("FS_PERMISSION"));
    await rejectsLike(subject.files.rename("/", "/x", { signal }), code("FS_PERMISSION"));
  });

  test("remove takes files only", async () => {
    await subject.files.mkdir("/d", { signal });
    await rejectsLike(subject.files.remove("/d", { signal }), code("FS_IS_DIRECTORY"));
    await rejectsLike(subject.files.remove("/no", { signal }), code("FS_NOT_FOUND"));
  });
}

export function renamingFacts({ test }: Facts, subject: FileSystemSubject): void {
  test("a file and a directory with all in it get new names", async () => {
    const { files } = subject;
    await files.mkdir("/d", { signal });
    await put(files, "/d/a", "text");
    await files.rename("/d/a", "/d/b", { signal });
    await files.rename("/d", "/e", { signal });
    equal(await get(files, "/e/b"), "text");
    deepEqual(await names(files, "/"), ["e"]);
  });

  test("a file replaces another one", async () => {
    await put(subject.files, "/a", "new");
    await put(subject.files, "/b", "old");
    await subject.files.rename("/a", "/b", { signal });
    deepEqual(await names(subject.files, "/"), ["b"]);
    equal(await get(subject.files, "/b"), "new");
  });

  test("a name may be renamed to itself", async () => {
    await put(subject.files, "/a", "text");
    await subject.files.rename("/a", "/a", { signal });
    equal(await get(subject.files, "/a"), "text");
  });

  test("what is not there cannot be renamed", async () => {
    await rejectsLike(subject.files.rename("/no", "/a", { signal }), code("FS_NOT_FOUND"));
  });

  test("a directory does not become its own child, nor a file of a directory that has something in it", async () => {
    const { files } = subject;
    await files.mkdir("/d", { signal });
    await put(files, "/d/a", "");
    await put(files, "/f", "");
    await rejectsLike(files.rename("/d", "/d/e", { signal }), code("FS_NAME_INVALID"));
    await rejectsLike(files.rename("/f", "/d", { signal }), code("FS_IS_DIRECTORY"));
    await rejectsLike(files.rename("/d", "/f", { signal }), code("FS_NOT_DIRECTORY"));
  });
}

/** 1 to 255 without `/`: every byte that a name may have. */
const bytes = Array.from({ length: 255 }, (_, index) => String.fromCharCode(index + 1)).filter((byte) => byte !== "/");

export function namesFacts({ test }: Facts, subject: FileSystemSubject): void {
  test("every byte but NUL and slash is part of a name, in files", async () => {
    for (const byte of bytes) await put(subject.files, `/x${byte}y`, byte);
    deepEqual(await names(subject.files, "/"), bytes.map((byte) => `x${byte}y`).sort());
    for (const byte of bytes) equal(await get(subject.files, `/x${byte}y`), byte);
  });

  test("every byte but NUL and slash is part of a name, in directories on the way", async () => {
    const name = bytes.slice(127).join("");
    await subject.files.mkdir(`/${name}`, { signal });
    await put(subject.files, `/${name}/a`, "x");
    deepEqual(await names(subject.files, `/${name}`), ["a"]);
    await subject.files.rename(`/${name}`, "/b", { signal });
    equal(await get(subject.files, "/b/a"), "x");
  });

  test("names that differ in case, in dots or in spaces are different names", async () => {
    const different = ["a", "A", "a ", " a", "...", "a."];
    for (const name of different) await put(subject.files, `/${name}`, name);
    deepEqual(await names(subject.files, "/"), [...different].sort());
  });
}
