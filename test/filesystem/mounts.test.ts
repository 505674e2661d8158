// From where the files below a directory come, by Linux' table of mounts.
import { mkdirSync, renameSync, symlinkSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { MountsBelow } from "../../src/filesystem/local/mounts.ts";
import { makeTempDir, type TempDir } from "../support/tempdir.ts";

let dir: TempDir;
beforeEach(() => {
  dir = makeTempDir("mounts");
});
afterEach(() => dir.remove());

type Mount = readonly [point: string, type: string];

const table = (...mounts: readonly Mount[]): string =>
  mounts
    .map(
      ([point, type], index) => `${index + 20} 1 0:${index} / ${point} rw,noatime shared:${index} - ${type} none rw\n`,
    )
    .join("");

/** "here" stands for the directory. */
const reach = (...mounts: readonly Mount[]): string =>
  new MountsBelow(dir.path, () => table(...mounts).replaceAll(" here", ` ${dir.path}`)).reach();

describe.skipIf(process.platform === "win32")(
  "the files of a directory (skipped on Windows, which has no such table)",
  () => {
    test("are on the file system that is mounted nearest above it, and that was mounted last", () => {
      expect(reach(["/", "ext4"])).toBe("disk");
      expect(reach(["/", "nfs4"], ["here", "ext4"])).toBe("disk");
      expect(reach(["/", "ext4"], ["here", "tmpfs"])).toBe("memory");
      expect(reach(["/", "ext4"], ["here", "ext4"], ["here", "nfs4"])).toBe("far");
      expect(reach(["here", "fuse.sshfs"], ["/", "ext4"])).toBe("far");
    });

    test("are as far as the furthest that is mounted below it", () => {
      expect(reach(["here", "tmpfs"], ["here/disk", "xfs"])).toBe("disk");
      expect(reach(["/", "ext4"], ["here/users/a", "nfs"])).toBe("far");
      expect(reach(["/", "ext4"], ["here/soon", "autofs"])).toBe("far");
      expect(reach(["/", "ext4"], ["here-too", "nfs"])).toBe("disk");
    });

    test("are found by the directory's real name, also with a space in it", () => {
      mkdirSync(dir.file("a b"));
      symlinkSync("a b", dir.file("link"));
      const mounts = table(["/", "ext4"], [`${dir.path}/a\\040b/c`, "cifs"]);
      expect(new MountsBelow(dir.file("link"), () => mounts).reach()).toBe("far");
      expect(new MountsBelow(dir.path, () => mounts).reach()).toBe("far");
    });

    test("are looked for in the table alone later on: the file system that they are on may not answer any more", () => {
      mkdirSync(dir.file("a"));
      const mounts = new MountsBelow(dir.file("a"), () => table(["/", "ext4"]));
      renameSync(dir.file("a"), dir.file("gone"));
      expect(mounts.reach()).toBe("disk");
    });

    test("are far where there is no table, or no such directory", () => {
      expect(new MountsBelow(dir.path, () => "").reach()).toBe("far");
      expect(new MountsBelow(dir.file("none"), () => table(["/", "ext4"])).reach()).toBe("far");
    });
  },
);
