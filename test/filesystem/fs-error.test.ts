import { expect, test } from "vitest";
import { translateFsError } from "../../src/filesystem/fs-error.ts";

test.each([
  ["ENOENT", "FS_NOT_FOUND"],
  ["EXDEV", "FS_UNSUPPORTED"],
  ["EDQUOT", "FS_NO_SPACE"],
  ["EROFS", "FS_READ_ONLY"],
  ["ELOOP", "FS_OUTSIDE"],
  ["EIO", "FS_FAILED"],
])("%s is %s, with the system's name and the cause kept", (system, code) => {
  const cause = Object.assign(new Error(system), { code: system });
  expect(translateFsError(cause, "/a")).toMatchObject({ code, cause, details: { system } });
});

test("the message shows the client's path, escaped, and not the system's", () => {
  const cause = Object.assign(new Error("ENOENT: open '/srv/ftp/a'"), { code: "ENOENT" });
  expect(translateFsError(cause, "/a\x1b").message).toBe("/a\\x1b: no such file or directory");
});

test("too many open files say so, and what to do", () => {
  const cause = Object.assign(new Error("EMFILE"), { code: "EMFILE" });
  expect(translateFsError(cause, "/a")).toMatchObject({
    message: "/a: too many open files",
    hint: expect.stringContaining("ulimit -n"),
  });
});
