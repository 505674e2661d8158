import { describe, expect, test } from "vitest";
import { type FileSystem, type FileUpdater, updatesFiles } from "../../../src/platform/file-system.ts";
import type { Subject } from "../file-system-suite.ts";
import { code, get, put, signal } from "./helpers.ts";

async function update(files: FileSystem, path: string, work: (file: FileUpdater) => Promise<void>): Promise<void> {
  if (!updatesFiles(files)) throw new Error("this file system cannot change files in their middle");
  const file = await files.openUpdate(path, { signal });
  try {
    await work(file);
    await file.finish();
  } finally {
    await file[Symbol.asyncDispose]();
  }
}

/** Where a file system can change files in their middle. */
export function describeUpdating(subject: Subject): void {
  describe("a file that is changed in its middle", () => {
    test("keeps what is before and behind", async () => {
      await put(subject.files, "/a", "0123456789");
      await update(subject.files, "/a", (file) => file.writeAt(4, Buffer.from("xy")));
      expect(await get(subject.files, "/a")).toBe("0123xy6789");
    });

    test("takes its bytes in any order, and a gap reads as zeros", async () => {
      await put(subject.files, "/a", "01");
      await update(subject.files, "/a", async (file) => {
        await file.writeAt(6, Buffer.from("67"));
        await file.writeAt(3, Buffer.from("3"));
      });
      expect(await get(subject.files, "/a")).toBe("01\x003\0\x0067");
    });

    test("is cut and filled by truncate", async () => {
      await put(subject.files, "/a", "0123456789");
      await update(subject.files, "/a", async (file) => {
        await file.truncate(3);
        await file.truncate(5);
      });
      expect(await get(subject.files, "/a")).toBe("012\0\0");
    });

    test("has to be there, and to be a file", async () => {
      await subject.files.mkdir("/d", { signal });
      const nothing = async (): Promise<void> => {};
      await expect(update(subject.files, "/none", nothing)).rejects.toMatchObject(code("FS_NOT_FOUND"));
      await expect(update(subject.files, "/d", nothing)).rejects.toMatchObject(code("FS_IS_DIRECTORY"));
    });
  });
}
