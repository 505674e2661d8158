import { expect, test } from "vitest";
import type { Subject } from "../file-system-suite.ts";
import { code, get, names, put, signal } from "./helpers.ts";

export function describeRenaming(subject: Subject): void {
  test("a file and a directory with all in it get new names", async () => {
    const { files } = subject;
    await files.mkdir("/d", { signal });
    await put(files, "/d/a", "text");
    await files.rename("/d/a", "/d/b", { signal });
    await files.rename("/d", "/e", { signal });
    expect(await get(files, "/e/b")).toBe("text");
    expect(await names(files, "/")).toEqual(["e"]);
  });

  test("a file replaces another one", async () => {
    await put(subject.files, "/a", "new");
    await put(subject.files, "/b", "old");
    await subject.files.rename("/a", "/b", { signal });
    expect(await names(subject.files, "/")).toEqual(["b"]);
    expect(await get(subject.files, "/b")).toBe("new");
  });

  test("a name may be renamed to itself", async () => {
    await put(subject.files, "/a", "text");
    await subject.files.rename("/a", "/a", { signal });
    expect(await get(subject.files, "/a")).toBe("text");
  });

  test("what is not there cannot be renamed", async () => {
    await expect(subject.files.rename("/no", "/a", { signal })).rejects.toMatchObject(code("FS_NOT_FOUND"));
  });

  test("a directory does not become its own child, nor a file of a directory that has something in it", async () => {
    const { files } = subject;
    await files.mkdir("/d", { signal });
    await put(files, "/d/a", "");
    await put(files, "/f", "");
    await expect(files.rename("/d", "/d/e", { signal })).rejects.toMatchObject(code("FS_NAME_INVALID"));
    await expect(files.rename("/f", "/d", { signal })).rejects.toMatchObject(code("FS_IS_DIRECTORY"));
    await expect(files.rename("/d", "/f", { signal })).rejects.toMatchObject(code("FS_NOT_DIRECTORY"));
  });
}
