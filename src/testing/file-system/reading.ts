import { equal, notEqual, ok } from "node:assert/strict";
import { systemTime } from "../../network/system-clock.ts";
import { matches, rejectsLike, rejectsWith } from "../assertions.ts";
import type { Facts } from "../facts.ts";
import { code, type FileSystemSubject, get, put, signal } from "./subject.ts";

export function readingFacts({ test }: Facts, subject: FileSystemSubject): void {
  test("what was written is read", async () => {
    const text = "x".repeat(100_000);
    await put(subject.files, "/a", text);
    equal(await get(subject.files, "/a"), text);
  });

  test("a file is read from an offset, and from beyond its end as empty", async () => {
    await put(subject.files, "/a", "hello");
    equal(await get(subject.files, "/a", 2), "llo");
    equal(await get(subject.files, "/a", 5), "");
    equal(await get(subject.files, "/a", 6), "");
  });

  test("facts of a file: type, size, time, mode", async () => {
    await put(subject.files, "/a", "hello");
    const facts = await subject.files.stat("/a", { signal });
    matches(facts, { type: "file", size: 5 });
    ok(Math.abs(facts.modifiedMs - systemTime()) < 60_000);
    equal(facts.mode & 0o600, 0o600);
    equal((await subject.files.openRead("/a", { offset: 0, signal }).then(closed)).facts.size, 5);
  });

  test("two names of files are two ids, and one name has one, where a file system has ids", async () => {
    await put(subject.files, "/a", "");
    await put(subject.files, "/b", "");
    const [a, again, b] = await Promise.all(["/a", "/a", "/b"].map((path) => subject.files.stat(path, { signal })));
    equal(a?.id, again?.id);
    if (a?.id !== undefined) notEqual(a.id, b?.id);
  });

  test("what is not there is FS_NOT_FOUND", async () => {
    await rejectsLike(subject.files.stat("/no", { signal }), code("FS_NOT_FOUND"));
    await rejectsLike(subject.files.stat("/no/no", { signal }), code("FS_NOT_FOUND"));
    await rejectsLike(subject.files.openRead("/no", { offset: 0, signal }), code("FS_NOT_FOUND"));
  });

  test("a path through a file is FS_NOT_DIRECTORY", async () => {
    await put(subject.files, "/a", "");
    await rejectsLike(subject.files.stat("/a/b", { signal }), code("FS_NOT_DIRECTORY"));
  });

  test("a directory cannot be read", async () => {
    await rejectsLike(subject.files.openRead("/", { offset: 0, signal }), code("FS_IS_DIRECTORY"));
  });

  test("an aborted signal's reason is rethrown untouched", async () => {
    const reason = new Error("enough");
    const aborted = AbortSignal.abort(reason);
    await rejectsWith(subject.files.stat("/", { signal: aborted }), reason);
    await rejectsWith(subject.files.openRead("/", { offset: 0, signal: aborted }), reason);
    await rejectsWith(subject.files.openWrite("/a", { start: "append", signal: aborted }), reason);
    await rejectsWith(subject.files.mkdir("/a", { signal: aborted }), reason);
    await rejectsWith(subject.files.list("/", { signal: aborted })[Symbol.asyncIterator]().next(), reason);
  });
}

async function closed<T extends AsyncDisposable>(resource: T): Promise<T> {
  await resource[Symbol.asyncDispose]();
  await resource[Symbol.asyncDispose]();
  return resource;
}
