// A real disk that becomes full: a small tmpfs. Needs root.
import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openLocalFileSystem } from "../../src/filesystem/local/local-file-system.ts";
import { code, put } from "../../src/testing/file-system/subject.ts";
import { startRig } from "../server/rig.ts";
import { makeTempDir, type TempDir } from "../support/tempdir.ts";

const isRoot = process.getuid?.() === 0 && process.platform === "linux";

describe.skipIf(!isRoot)("a disk of 1 MiB (skipped unless root)", () => {
  let disk: TempDir;
  beforeAll(() => {
    disk = makeTempDir("disk");
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", disk.path]);
  });
  afterAll(() => {
    execFileSync("umount", [disk.path]);
    disk.remove();
  });

  test("is FS_NO_SPACE when it is full", async () => {
    const files = await openLocalFileSystem({ directory: disk.path });
    await expect(put(files, "/a", "x".repeat(2_000_000))).rejects.toMatchObject(code("FS_NO_SPACE"));
    await files.remove("/a", { signal: new AbortController().signal });
  });

  test.each([false, true])(
    "ends an upload with 452 (atomic: %s), and takes one again when there is room",
    async (atomicUploads) => {
      await using rig = await startRig({ files: disk.path, atomicUploads });
      const peer = await rig.login();
      await peer.command("TYPE I");
      expect(await peer.upload("STOR a", "x".repeat(2_000_000))).toEqual([150, 452]);
      if (!atomicUploads) expect(await peer.code("DELE a")).toBe(250);
      expect((await peer.download("NLST -a")).text).toBe("");
      expect(await peer.upload("STOR b", "x".repeat(500_000))).toEqual([150, 226]);
      expect(await peer.code("DELE b")).toBe(250);
    },
  );
});
