// Files that nobody else may have had a hand in.
import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readPrivateFile } from "../../src/admission/private-file.ts";
import { makeTempDir, type TempDir } from "../support/tempdir.ts";

let dir: TempDir;
beforeEach(() => {
  dir = makeTempDir("private");
  writeFileSync(dir.file("f"), "text");
});
afterEach(() => dir.remove());

const readIt = (name: string, secret: boolean): Promise<Buffer | undefined> =>
  readPrivateFile(dir.file(name), { secret, bytesMax: 100 });
const read = (secret: boolean): Promise<Buffer | undefined> => readIt("f", secret);

describe.each([false, true])("a private file, secret: %s", (secret) => {
  test("of ours is read", async () => {
    chmodSync(dir.file("f"), 0o600);
    expect(String(await read(secret))).toBe("text");
  });

  test.each([0o620, 0o602, 0o666])("of mode %o is refused", async (mode) => {
    chmodSync(dir.file("f"), mode);
    await expect(read(secret)).rejects.toMatchObject({ code: "CONFIG_INVALID", hint: expect.stringMatching(/chmod/) });
  });

  test.each([0o640, 0o604])("of mode %o is refused when it is secret", async (mode) => {
    chmodSync(dir.file("f"), mode);
    if (secret) await expect(read(secret)).rejects.toThrow("can be read by others");
    else expect(String(await read(secret))).toBe("text");
  });

  test("in a directory where others can replace it is refused, unless that is sticky", async () => {
    chmodSync(dir.file("f"), 0o600);
    chmodSync(dir.path, 0o777);
    await expect(read(secret)).rejects.toThrow("can be written by others");
    chmodSync(dir.path, 0o1777);
    expect(String(await read(secret))).toBe("text");
  });

  test("hazard: replaced from above: a directory higher up that others can change is refused", async () => {
    mkdirSync(dir.file("open/closed"), { recursive: true });
    writeFileSync(dir.file("open/closed/f"), "text", { mode: 0o600 });
    chmodSync(dir.file("open"), 0o777);
    await expect(readIt("open/closed/f", secret)).rejects.toThrow("/open can be written by others");
    chmodSync(dir.file("open"), 0o755);
    expect(String(await readIt("open/closed/f", secret))).toBe("text");
  });

  test("hazard: a link: where it leads counts too, and so does where it is", async () => {
    chmodSync(dir.file("f"), 0o600);
    for (const name of ["shared", "own"]) mkdirSync(dir.file(name), { mode: 0o700 });
    chmodSync(dir.file("shared"), 0o777);
    writeFileSync(dir.file("shared/g"), "text", { mode: 0o600 });
    symlinkSync(dir.file("shared/g"), dir.file("own/link"));
    symlinkSync(dir.file("f"), dir.file("shared/link"));
    symlinkSync(dir.file("f"), dir.file("own/good"));
    await expect(readIt("own/link", secret)).rejects.toThrow("/shared can be written by others");
    await expect(readIt("shared/link", secret)).rejects.toThrow("/shared can be written by others");
    expect(String(await readIt("own/good", secret))).toBe("text");
  });

  test.skipIf(process.platform === "win32")(
    "hazard: a pipe in its place is refused at once (skipped on Windows)",
    async () => {
      execFileSync("mkfifo", [dir.file("pipe")]);
      await expect(readIt("pipe", secret)).rejects.toThrow("is not a regular file");
    },
  );

  test.runIf(process.geteuid?.() === 0)("of another user is refused (skipped unless root)", async () => {
    chmodSync(dir.file("f"), 0o600);
    chownSync(dir.file("f"), 65_534, 65_534);
    await expect(read(secret)).rejects.toThrow("belongs to another user");
  });
});

test("what is not there is undefined; a directory and a file that is too long are refused", async () => {
  expect(await readPrivateFile(dir.file("none"), { secret: false, bytesMax: 1 })).toBeUndefined();
  await expect(readPrivateFile(dir.file("f"), { secret: false, bytesMax: 3 })).rejects.toThrow("more than 3 bytes");
  mkdirSync(dir.file("d"));
  await expect(readPrivateFile(dir.file("d"), { secret: false, bytesMax: 3 })).rejects.toThrow("is not a regular file");
});
