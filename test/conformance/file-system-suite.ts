// One suite for every FileSystem: this machine's, memory, later SFTP.
import { afterEach, beforeEach, describe } from "vitest";
import type { FileSystem } from "../../src/platform/file-system.ts";
import { describeDirectories } from "./file-system/directories.ts";
import { describeNames } from "./file-system/names.ts";
import { describeReading } from "./file-system/reading.ts";
import { describeRenaming } from "./file-system/renaming.ts";
import { describeUpdating } from "./file-system/updating.ts";
import { describeWriting } from "./file-system/writing.ts";

export interface FileSystemFixture {
  readonly files: FileSystem;
  close(): Promise<void>;
}

/** The file system of the fact that runs now; empty at its start. */
export interface Subject {
  readonly files: FileSystem;
}

/** Declares the suite. `open` is called before each fact and gives an empty file system. */
export function describeFileSystem(name: string, open: () => Promise<FileSystemFixture>): void {
  describe(`file system: ${name}`, () => {
    let fixture: FileSystemFixture | undefined;
    const subject: Subject = {
      get files() {
        if (fixture === undefined) throw new Error("no fixture");
        return fixture.files;
      },
    };
    beforeEach(async () => {
      fixture = await open();
    });
    afterEach(async () => {
      await fixture?.close();
      fixture = undefined;
    });
    describeReading(subject);
    describeWriting(subject);
    describeUpdating(subject);
    describeDirectories(subject);
    describeRenaming(subject);
    describeNames(subject);
  });
}
