import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { cacheDirectory } from "../../src/cli/compiled-code.ts";
import { makeTempDir } from "../support/tempdir.ts";
import { type BuiltProgram, buildProgram, run } from "./support/built-program.ts";

let program: BuiltProgram;
beforeAll(() => {
  program = buildProgram();
});

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

test("it is kept nowhere where another user could put another directory in its place", async () => {
  await using dir = makeTempDir("caches");
  const caches = dir.file("open/caches");
  mkdirSync(caches, { recursive: true, mode: 0o700 });
  chmodSync(dir.file("open"), 0o777);
  expect(cacheDirectory({ XDG_CACHE_HOME: caches }, me)).toBeUndefined();
  chmodSync(dir.file("open"), 0o1777);
  expect(cacheDirectory({ XDG_CACHE_HOME: caches }, me)).toBe(dir.file("open/caches/sallyport"));
});

test.runIf(me === 0)(
  "root keeps none in a home that is somebody else's, as with sudo (skipped: only root can give a directory away)",
  async () => {
    await using dir = makeTempDir("caches");
    const caches = dir.file("home/.cache");
    mkdirSync(caches, { recursive: true, mode: 0o755 });
    chownSync(dir.file("home"), 12_345, 12_345);
    expect(cacheDirectory({ XDG_CACHE_HOME: caches }, me)).toBeUndefined();
  },
);

test("it is kept nowhere where the system knows no users, and where the directory cannot be made", async () => {
  await using dir = makeTempDir("caches");
  expect(cacheDirectory({ XDG_CACHE_HOME: dir.path }, undefined)).toBeUndefined();
  expect(cacheDirectory({ XDG_CACHE_HOME: dir.file("a/b/c") }, me)).toBeUndefined();
});

const kept = (dir: string): readonly string[] => readdirSync(dir).map((name) => join(dir, name));

function runInKeptCode(xdg: string): Promise<{ readonly ended: string; readonly stdout: string }> {
  return run(program.real, ["--help"], { env: { NODE_DISABLE_COMPILE_CACHE: "", XDG_CACHE_HOME: xdg } });
}

/** The files that Node loads with one of the program's files, without what tells them from their earlier versions. */
function loadedWith(file: string): readonly string[] {
  const directory = join(dirname(dirname(program.real)), "dist/cli");
  const found = new Set([file]);
  for (const name of found) {
    const source = readFileSync(join(directory, name), "utf8");
    for (const [, next = ""] of source.matchAll(/require\("\.\/([^"]+)"\)/g)) found.add(next);
  }
  return [...found].map((name) => name.replace(/-[\w-]{8}\.cjs$/, ""));
}

describe("the program", () => {
  test("is loaded once: before what is kept can be taken, Node loads what takes it and nothing else", () => {
    expect(loadedWith("load-program.cjs")).toEqual(["load-program.cjs", "start"]);
  });

  test("keeps what was compiled for the user alone, and takes it again", async () => {
    await using dir = makeTempDir("caches");
    const first = await runInKeptCode(dir.path);
    const files = kept(dir.file("sallyport"));
    expect(files.map((file) => basename(file).split("-")[0])).toContain("program");
    expect(files.map((file) => statSync(file).mode & 0o777)).toEqual(files.map(() => 0o600));
    const made = files.map((file) => statSync(file).ino);
    expect(await runInKeptCode(dir.path)).toEqual(first);
    expect(files.map((file) => statSync(file).ino)).toEqual(made);
  });

  test("compiles anew what was cut or damaged", async () => {
    await using dir = makeTempDir("caches");
    const first = await runInKeptCode(dir.path);
    const file = kept(dir.file("sallyport")).find((name) => basename(name).startsWith("program")) ?? "";
    const whole = readFileSync(file);
    const damaged = Buffer.from(whole);
    for (let at = 1000; at < damaged.length; at += 997) damaged[at] = (damaged[at] ?? 0) ^ 0x55;
    for (const bytes of [damaged, whole.subarray(0, 5000), Buffer.alloc(whole.length), Buffer.alloc(0)]) {
      writeFileSync(file, bytes);
      expect(await runInKeptCode(dir.path)).toEqual(first);
      expect(readFileSync(file).equals(bytes)).toBe(false);
    }
  });

  test("keeps nothing with NODE_DISABLE_COMPILE_CACHE, and no more than a hundred files", async () => {
    await using dir = makeTempDir("caches");
    const env = { NODE_DISABLE_COMPILE_CACHE: "1", XDG_CACHE_HOME: dir.path };
    await run(program.real, ["--help"], { env });
    expect(readdirSync(dir.path)).toEqual([]);
    mkdirSync(dir.file("sallyport"), { mode: 0o700 });
    for (let index = 0; index < 100; index += 1) writeFileSync(dir.file(`sallyport/old-${index}`), "");
    await runInKeptCode(dir.path);
    expect(readdirSync(dir.file("sallyport")).filter((name) => name.startsWith("old"))).toEqual([]);
  });
});
