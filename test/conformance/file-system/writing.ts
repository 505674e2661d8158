import { expect, test } from "vitest";
import { makesLinks, setsModes, setsTimes, tellsSpace } from "../../../src/platform/file-system.ts";
import type { Subject } from "../file-system-suite.ts";
import { code, get, put, signal } from "./helpers.ts";

export function describeWriting(subject: Subject): void {
  test("truncate makes a longer file the new one", async () => {
    await put(subject.files, "/a", "a long text");
    await put(subject.files, "/a", "short");
    expect(await get(subject.files, "/a")).toBe("short");
  });

  test("a file that was only opened is not yet truncated, and one that is finished is", async () => {
    await put(subject.files, "/a", "old");
    const opened = await subject.files.openWrite("/a", { start: "truncate", signal });
    await opened[Symbol.asyncDispose]();
    expect(await get(subject.files, "/a")).toBe("old");
    const finished = await subject.files.openWrite("/a", { start: "truncate", signal });
    await finished.finish();
    await finished[Symbol.asyncDispose]();
    expect(await get(subject.files, "/a")).toBe("");
  });

  test("append goes on at the end, and creates", async () => {
    await put(subject.files, "/a", "one ", "append");
    await put(subject.files, "/a", "two", "append");
    expect(await get(subject.files, "/a")).toBe("one two");
  });

  test("a position overwrites from there and cuts off what is behind", async () => {
    await put(subject.files, "/a", "0123456789");
    await put(subject.files, "/a", "xy", 4);
    expect(await get(subject.files, "/a")).toBe("0123xy");
  });

  test("a position at the very end appends, one beyond it is FS_FAILED", async () => {
    await put(subject.files, "/a", "01");
    await put(subject.files, "/a", "2", 2);
    expect(await get(subject.files, "/a")).toBe("012");
    await expect(put(subject.files, "/a", "x", 4)).rejects.toMatchObject(code("FS_FAILED"));
    expect(await get(subject.files, "/a")).toBe("012");
  });

  test("exclusive creates, and is FS_EXISTS for a name that is taken", async () => {
    await put(subject.files, "/a", "1", "exclusive");
    await expect(put(subject.files, "/a", "2", "exclusive")).rejects.toMatchObject(code("FS_EXISTS"));
    expect(await get(subject.files, "/a")).toBe("1");
  });

  test("many pieces are written in order", async () => {
    const writer = await subject.files.openWrite("/a", { start: "truncate", signal });
    await writer.write(["a", "", "bc", "d"].map((text) => Buffer.from(text)));
    await writer.write([]);
    await writer.write([Buffer.from("e")]);
    await writer.finish();
    expect(await get(subject.files, "/a")).toBe("abcde");
  });

  test("a directory cannot be written, nor a file in a directory that is not there", async () => {
    await subject.files.mkdir("/d", { signal });
    await expect(put(subject.files, "/d", "x")).rejects.toMatchObject(code("FS_IS_DIRECTORY"));
    await expect(put(subject.files, "/no/a", "x")).rejects.toMatchObject(code("FS_NOT_FOUND"));
  });

  test("time and mode can be set where the file system has them", async () => {
    const { files } = subject;
    await put(files, "/a", "x");
    if (setsTimes(files)) {
      await files.setModified("/a", 86_400_000, { signal });
      expect((await files.stat("/a", { signal })).modifiedMs).toBe(86_400_000);
      await expect(files.setModified("/no", 0, { signal })).rejects.toMatchObject(code("FS_NOT_FOUND"));
    }
    if (setsModes(files)) {
      await files.setMode("/a", 0o640, { signal });
      expect((await files.stat("/a", { signal })).mode).toBe(0o640);
    }
    if (tellsSpace(files)) {
      const { blockBytes, blocks, availableBlocks } = await files.space("/", { signal });
      expect(blockBytes * availableBlocks).toBeGreaterThan(0);
      expect(blocks).toBeGreaterThanOrEqual(availableBlocks);
    }
  });

  test("a file can have two names where the file system can do that; a name that is taken cannot be the second", async () => {
    const { files } = subject;
    if (!makesLinks(files)) return;
    await put(files, "/a", "x");
    await files.link("/a", "/b", { signal });
    expect((await files.stat("/b", { signal })).id).toBe((await files.stat("/a", { signal })).id);
    await expect(files.link("/a", "/b", { signal })).rejects.toMatchObject(code("FS_EXISTS"));
    await expect(files.link("/no", "/c", { signal })).rejects.toMatchObject(code("FS_NOT_FOUND"));
    await files.mkdir("/d", { signal });
    await expect(files.link("/d", "/e", { signal })).rejects.toMatchObject(code("FS_IS_DIRECTORY"));
  });
}
