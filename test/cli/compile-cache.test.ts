import { chmodSync, existsSync, mkdirSync, statSync, symlinkSync } from "node:fs";
import { expect, test } from "vitest";
import { cacheDirectory } from "../../src/cli/compile-cache.ts";
import { makeTempDir } from "../support/tempdir.ts";

const me = process.geteuid?.() ?? 0;

test("compiled code is kept in a directory that is the user's alone, made below $XDG_CACHE_HOME", async () => {
  await using dir = makeTempDir("caches");
  const env = { XDG_CACHE_HOME: dir.file("caches") };
  expect(cacheDirectory(env, me)).toBe(dir.file("caches/sallyport"));
  expect(statSync(dir.file("caches/sallyport")).mode & 0o777).toBe(0o700);
  expect(cacheDirectory(env, me)).toBe(dir.file("caches/sallyport"));
});

test("it is kept nowhere where another user owns or may write the directory, or where a link leads elsewhere", async () => {
  await using dir = makeTempDir("caches");
  const caches = dir.file("caches");
  mkdirSync(caches);
  expect(cacheDirectory({ XDG_CACHE_HOME: caches }, me + 1)).toBeUndefined();
  chmodSync(caches, 0o777);
  expect(cacheDirectory({ XDG_CACHE_HOME: caches }, me)).toBeUndefined();
  expect(existsSync(dir.file("caches/sallyport"))).toBe(false);
  chmodSync(caches, 0o700);
  symlinkSync(dir.path, dir.file("caches/sallyport"));
  expect(cacheDirectory({ XDG_CACHE_HOME: caches }, me)).toBeUndefined();
});

test("it is kept nowhere where the system knows no users, and where the directory cannot be made", async () => {
  await using dir = makeTempDir("caches");
  expect(cacheDirectory({ XDG_CACHE_HOME: dir.path }, undefined)).toBeUndefined();
  expect(cacheDirectory({ XDG_CACHE_HOME: dir.file("a/b/c") }, me)).toBeUndefined();
});
