import { expect, test } from "vitest";
import type { Subject } from "../file-system-suite.ts";
import { code, get, put, signal } from "./helpers.ts";

export function describeReading(subject: Subject): void {
  test("what was written is read", async () => {
    const text = "x".repeat(100_000);
    await put(subject.files, "/a", text);
    expect(await get(subject.files, "/a")).toBe(text);
  });

  test("a file is read from an offset, and from beyond its end as empty", async () => {
    await put(subject.files, "/a", "hello");
    expect(await get(subject.files, "/a", 2)).toBe("llo");
    expect(await get(subject.files, "/a", 5)).toBe("");
    expect(await get(subject.files, "/a", 6)).toBe("");
  });

  test("facts of a file: type, size, time, mode", async () => {
    await put(subject.files, "/a", "hello");
    const facts = await subject.files.stat("/a", { signal });
    expect(facts).toMatchObject({ type: "file", size: 5 });
    expect(Math.abs(facts.modifiedMs - Date.now())).toBeLessThan(60_000);
    expect(facts.mode & 0o600).toBe(0o600);
    expect((await subject.files.openRead("/a", { offset: 0, signal }).then(closed)).facts.size).toBe(5);
  });

  test("two names of files are two ids, and one name has one, where a file system has ids", async () => {
    await put(subject.files, "/a", "");
    await put(subject.files, "/b", "");
    const [a, again, b] = await Promise.all(["/a", "/a", "/b"].map((path) => subject.files.stat(path, { signal })));
    expect(a?.id).toBe(again?.id);
    if (a?.id !== undefined) expect(a.id).not.toBe(b?.id);
  });

  test("what is not there is FS_NOT_FOUND", async () => {
    await expect(subject.files.stat("/no", { signal })).rejects.toMatchObject(code("FS_NOT_FOUND"));
    await expect(subject.files.stat("/no/no", { signal })).rejects.toMatchObject(code("FS_NOT_FOUND"));
    await expect(subject.files.openRead("/no", { offset: 0, signal })).rejects.toMatchObject(code("FS_NOT_FOUND"));
  });

  test("a path through a file is FS_NOT_DIRECTORY", async () => {
    await put(subject.files, "/a", "");
    await expect(subject.files.stat("/a/b", { signal })).rejects.toMatchObject(code("FS_NOT_DIRECTORY"));
  });

  test("a directory cannot be read", async () => {
    await expect(subject.files.openRead("/", { offset: 0, signal })).rejects.toMatchObject(code("FS_IS_DIRECTORY"));
  });

  test("an aborted signal's reason is rethrown untouched", async () => {
    const reason = new Error("enough");
    const aborted = AbortSignal.abort(reason);
    await expect(subject.files.stat("/", { signal: aborted })).rejects.toBe(reason);
    await expect(subject.files.openRead("/", { offset: 0, signal: aborted })).rejects.toBe(reason);
    await expect(subject.files.openWrite("/a", { start: "append", signal: aborted })).rejects.toBe(reason);
    await expect(subject.files.mkdir("/a", { signal: aborted })).rejects.toBe(reason);
    await expect(subject.files.list("/", { signal: aborted })[Symbol.asyncIterator]().next()).rejects.toBe(reason);
  });
}

async function closed<T extends AsyncDisposable>(resource: T): Promise<T> {
  await resource[Symbol.asyncDispose]();
  await resource[Symbol.asyncDispose]();
  return resource;
}
