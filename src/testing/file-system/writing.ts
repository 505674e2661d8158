import { equal, ok } from "node:assert/strict";
import {
  type FileSystem,
  type FileUpdater,
  makesLinks,
  setsModes,
  setsTimes,
  tellsSpace,
  updatesFiles,
} from "../../platform/file-system.ts";
import { rejectsLike } from "../assertions.ts";
import type { Facts } from "../facts.ts";
import { code, type FileSystemSubject, get, put, signal } from "./subject.ts";

export function writingFacts({ test }: Facts, subject: FileSystemSubject): void {
  test("truncate makes a longer file the new one", async () => {
    await put(subject.files, "/a", "a long text");
    await put(subject.files, "/a", "short");
    equal(await get(subject.files, "/a"), "short");
  });

  test("a file that was only opened is not yet truncated, and one that is finished is", async () => {
    await put(subject.files, "/a", "old");
    const opened = await subject.files.openWrite("/a", { start: "truncate", signal });
    await opened[Symbol.asyncDispose]();
    equal(await get(subject.files, "/a"), "old");
    const finished = await subject.files.openWrite("/a", { start: "truncate", signal });
    await finished.finish();
    await finished[Symbol.asyncDispose]();
    equal(await get(subject.files, "/a"), "");
  });

  test("append goes on at the end, and creates", async () => {
    await put(subject.files, "/a", "one ", "append");
    await put(subject.files, "/a", "two", "append");
    equal(await get(subject.files, "/a"), "one two");
  });

  test("a position overwrites from there and cuts off what is behind", async () => {
    await put(subject.files, "/a", "0123456789");
    await put(subject.files, "/a", "xy", 4);
    equal(await get(subject.files, "/a"), "0123xy");
  });

  test("a position at the very end appends, one beyond it is FS_FAILED", async () => {
    await put(subject.files, "/a", "01");
    await put(subject.files, "/a", "2", 2);
    equal(await get(subject.files, "/a"), "012");
    await rejectsLike(put(subject.files, "/a", "x", 4), code("FS_FAILED"));
    equal(await get(subject.files, "/a"), "012");
  });

  test("exclusive creates, and is FS_EXISTS for a name that is taken", async () => {
    await put(subject.files, "/a", "1", "exclusive");
    await rejectsLike(put(subject.files, "/a", "2", "exclusive"), code("FS_EXISTS"));
    equal(await get(subject.files, "/a"), "1");
  });

  test("many pieces are written in order", async () => {
    const writer = await subject.files.openWrite("/a", { start: "truncate", signal });
    await writer.write(["a", "", "bc", "d"].map((text) => Buffer.from(text)));
    await writer.write([]);
    await writer.write([Buffer.from("e")]);
    await writer.finish();
    equal(await get(subject.files, "/a"), "abcde");
  });

  test("a directory cannot be written, nor a file in a directory that is not there", async () => {
    await subject.files.mkdir("/d", { signal });
    await rejectsLike(put(subject.files, "/d", "x"), code("FS_IS_DIRECTORY"));
    await rejectsLike(put(subject.files, "/no/a", "x"), code("FS_NOT_FOUND"));
  });

  test("time and mode can be set where the file system has them", async () => {
    const { files } = subject;
    await put(files, "/a", "x");
    if (setsTimes(files)) {
      await files.setModified("/a", 86_400_000, { signal });
      equal((await files.stat("/a", { signal })).modifiedMs, 86_400_000);
      await rejectsLike(files.setModified("/no", 0, { signal }), code("FS_NOT_FOUND"));
    }
    if (setsModes(files)) {
      await files.setMode("/a", 0o640, { signal });
      equal((await files.stat("/a", { signal })).mode, 0o640);
    }
    if (tellsSpace(files)) {
      const { blockBytes, blocks, availableBlocks } = await files.space("/", { signal });
      ok(blockBytes * availableBlocks > 0);
      ok(blocks >= availableBlocks);
    }
  });

  test("a file can have two names where the file system can do that; a name that is taken cannot be the second", async () => {
    const { files } = subject;
    if (!makesLinks(files)) return;
    await put(files, "/a", "x");
    await files.link("/a", "/b", { signal });
    equal((await files.stat("/b", { signal })).id, (await files.stat("/a", { signal })).id);
    await rejectsLike(files.link("/a", "/b", { signal }), code("FS_EXISTS"));
    await rejectsLike(files.link("/no", "/c", { signal }), code("FS_NOT_FOUND"));
    await files.mkdir("/d", { signal });
    await rejectsLike(files.link("/d", "/e", { signal }), code("FS_IS_DIRECTORY"));
  });
}

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
export function updatingFacts({ describe, test }: Facts, subject: FileSystemSubject): void {
  describe("a file that is changed in its middle", () => {
    const updates = (name: string, run: () => Promise<void>): void =>
      test(name, async () => {
        if (updatesFiles(subject.files)) await run();
      });
    updates("keeps what is before and behind", async () => {
      await put(subject.files, "/a", "0123456789");
      await update(subject.files, "/a", (file) => file.writeAt(4, Buffer.from("xy")));
      equal(await get(subject.files, "/a"), "0123xy6789");
    });

    updates("takes its bytes in any order, and a gap reads as zeros", async () => {
      await put(subject.files, "/a", "01");
      await update(subject.files, "/a", async (file) => {
        await file.writeAt(6, Buffer.from("67"));
        await file.writeAt(3, Buffer.from("3"));
      });
      equal(await get(subject.files, "/a"), "01\x003\0\x0067");
    });

    updates("is cut and filled by truncate", async () => {
      await put(subject.files, "/a", "0123456789");
      await update(subject.files, "/a", async (file) => {
        await file.truncate(3);
        await file.truncate(5);
      });
      equal(await get(subject.files, "/a"), "012\0\0");
    });

    updates("has to be there, and to be a file", async () => {
      await subject.files.mkdir("/d", { signal });
      const nothing = async (): Promise<void> => {};
      await rejectsLike(update(subject.files, "/none", nothing), code("FS_NOT_FOUND"));
      await rejectsLike(update(subject.files, "/d", nothing), code("FS_IS_DIRECTORY"));
    });
  });
}
