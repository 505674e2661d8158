// The published suite for every FileSystem, declared for vitest: this machine, memory, SFTP.
import { describe, expect, test } from "vitest";
import { updatesFiles } from "../../src/platform/file-system.ts";
import type { FileSystemFixture } from "../../src/testing/file-system/subject.ts";
import { fileSystemSuite } from "../../src/testing/file-system-suite.ts";

/** Declares the suite. `open` is called before each fact and gives an empty file system. */
export function describeFileSystem(name: string, open: () => Promise<FileSystemFixture>): void {
  describe(`file system: ${name}`, () => {
    for (const fact of fileSystemSuite(open).cases) test(fact.name, fact.run);

    test("changes files in their middle, as each of ours does", async () => {
      const { files, close } = await open();
      expect(updatesFiles(files)).toBe(true);
      await close();
    });
  });
}
