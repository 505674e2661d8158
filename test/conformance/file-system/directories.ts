import { expect, test } from "vitest";
import type { Subject } from "../file-system-suite.ts";
import { code, names, put, signal } from "./helpers.ts";

export function describeDirectories(subject: Subject): void {
  test("the root is an empty directory", async () => {
    expect(await subject.files.stat("/", { signal })).toMatchObject({ type: "directory" });
    expect(await names(subject.files, "/")).toEqual([]);
  });

  test("a directory lists what is in it, with facts", async () => {
    const { files } = subject;
    await files.mkdir("/d", { signal });
    await files.mkdir("/d/e", { signal });
    await put(files, "/d/f", "hello");
    const found = [];
    for await (const { name, facts } of files.list("/d", { signal })) found.push([name, facts.type]);
    expect(found.sort()).toEqual([
      ["e", "directory"],
      ["f", "file"],
    ]);
  });

  test("a listing that is given up half-way leaves nothing open", async () => {
    for (let index = 0; index < 200; index += 1) await subject.files.mkdir(`/d${index}`, { signal });
    for await (const { name } of subject.files.list("/", { signal })) {
      expect(name).toMatch(/^d/);
      break;
    }
    expect((await names(subject.files, "/")).length).toBe(200);
  });

  test("a file cannot be listed, nor what is not there", async () => {
    await put(subject.files, "/a", "");
    await expect(names(subject.files, "/a")).rejects.toMatchObject(code("FS_NOT_DIRECTORY"));
    await expect(names(subject.files, "/no")).rejects.toMatchObject(code("FS_NOT_FOUND"));
  });

  test("a directory is made once", async () => {
    await subject.files.mkdir("/d", { signal });
    await expect(subject.files.mkdir("/d", { signal })).rejects.toMatchObject(code("FS_EXISTS"));
    await expect(subject.files.mkdir("/", { signal })).rejects.toMatchObject(code("FS_EXISTS"));
    await expect(subject.files.mkdir("/no/d", { signal })).rejects.toMatchObject(code("FS_NOT_FOUND"));
  });

  test("rmdir takes empty directories only", async () => {
    const { files } = subject;
    await files.mkdir("/d", { signal });
    await put(files, "/d/a", "");
    await expect(files.rmdir("/d", { signal })).rejects.toMatchObject(code("FS_NOT_EMPTY"));
    await expect(files.rmdir("/d/a", { signal })).rejects.toMatchObject(code("FS_NOT_DIRECTORY"));
    await files.remove("/d/a", { signal });
    await files.rmdir("/d", { signal });
    await expect(files.rmdir("/d", { signal })).rejects.toMatchObject(code("FS_NOT_FOUND"));
  });

  test("the root can be neither removed nor renamed", async () => {
    await expect(subject.files.rmdir("/", { signal })).rejects.toMatchObject(code("FS_PERMISSION"));
    await expect(subject.files.remove("/", { signal })).rejects.toMatchObject(code("FS_PERMISSION"));
    await expect(subject.files.rename("/", "/x", { signal })).rejects.toMatchObject(code("FS_PERMISSION"));
  });

  test("remove takes files only", async () => {
    await subject.files.mkdir("/d", { signal });
    await expect(subject.files.remove("/d", { signal })).rejects.toMatchObject(code("FS_IS_DIRECTORY"));
    await expect(subject.files.remove("/no", { signal })).rejects.toMatchObject(code("FS_NOT_FOUND"));
  });
}
