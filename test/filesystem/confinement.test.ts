// Nothing outside the root is reached: not by `..`, not by links, not in a race.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openLocalFileSystem } from "../../src/filesystem/local/local-file-system.ts";
import { dropBox, readOnly } from "../../src/filesystem/read-only.ts";
import type { FileSystem } from "../../src/platform/file-system.ts";
import { code, get, names, put, signal } from "../../src/testing/file-system/subject.ts";
import { watchResources } from "../support/resources.ts";
import { makeTempDir, type TempDir } from "../support/tempdir.ts";

watchResources();

let here: TempDir;
let files: FileSystem;
beforeEach(async () => {
  here = makeTempDir("confined");
  mkdirSync(here.file("root"));
  mkdirSync(here.file("outside"));
  writeFileSync(here.file("outside/secret"), "secret");
  files = await openLocalFileSystem({ directory: here.file("root") });
});
afterEach(() => here.remove());

const outside = code("FS_OUTSIDE");

test("links that lead out are FS_OUTSIDE for every operation, and nothing happens", async () => {
  symlinkSync("../outside", here.file("root/relative"));
  symlinkSync(here.file("outside"), here.file("root/absolute"));
  symlinkSync("../outside/secret", here.file("root/file"));
  symlinkSync("/etc", here.file("root/etc"));
  for (const link of ["/relative", "/absolute", "/etc"]) {
    await expect(files.stat(link, { signal })).rejects.toMatchObject(outside);
    await expect(names(files, link)).rejects.toMatchObject(outside);
    await expect(put(files, `${link}/new`, "x")).rejects.toMatchObject(outside);
    await expect(files.mkdir(`${link}/new`, { signal })).rejects.toMatchObject(outside);
    await expect(files.remove(`${link}/secret`, { signal })).rejects.toMatchObject(outside);
    await expect(files.rename("/file", `${link}/new`, { signal })).rejects.toMatchObject(outside);
  }
  await expect(get(files, "/file")).rejects.toMatchObject(outside);
  await expect(put(files, "/file", "overwritten")).rejects.toMatchObject(outside);
  await expect(put(files, "/file", "appended", "append")).rejects.toMatchObject(outside);
  expect(readFileSync(here.file("outside/secret"), "utf8")).toBe("secret");
});

test("links that stay inside are followed, and are told as links in listings", async () => {
  await files.mkdir("/d", { signal });
  await put(files, "/d/a", "text");
  symlinkSync("d", here.file("root/link"));
  symlinkSync(here.file("root/d/a"), here.file("root/direct"));
  expect(await get(files, "/link/a")).toBe("text");
  expect(await get(files, "/direct")).toBe("text");
  await put(files, "/direct", "new");
  expect(await get(files, "/d/a")).toBe("new");
  for await (const { name, facts } of files.list("/", { signal })) {
    if (name === "link") expect(facts).toMatchObject({ type: "link", target: "d" });
  }
  await files.remove("/link", { signal });
  expect(await names(files, "/d")).toEqual(["a"]);
});

test("a listing tells where a link leads when that is inside, and never a path of this machine", async () => {
  await files.mkdir("/d", { signal });
  const links = [
    ["d/up", "../file", "../file"],
    ["d/out", "../../outside/secret", undefined],
    ["d/direct", here.file("root/d/a"), "/d/a"],
    ["d/gone", "nowhere", "nowhere"],
    ["d/etc", "/etc/passwd", undefined],
    ["d/beside", here.file("root-of-others"), undefined],
    ["d/top", "..", ".."],
  ] as const;
  for (const [name, target] of links) symlinkSync(target, here.file(`root/${name}`));
  const told = new Map<string, string | undefined>();
  for await (const { name, facts } of files.list("/d", { signal })) told.set(`d/${name}`, facts.target);
  expect(told).toEqual(new Map(links.map(([name, , target]) => [name, target])));
});

test("links in a circle and links to nowhere are refused", async () => {
  symlinkSync("b", here.file("root/a"));
  symlinkSync("a", here.file("root/b"));
  symlinkSync("nowhere", here.file("root/c"));
  await expect(files.stat("/a", { signal })).rejects.toMatchObject(outside);
  await expect(put(files, "/c", "x")).rejects.toMatchObject(code("FS_NOT_FOUND"));
});

test("a directory that is swapped for a link again and again never lets anybody out", async () => {
  mkdirSync(here.file("root/d"));
  writeFileSync(here.file("root/d/secret"), "harmless");
  const seen = new Set<string>();
  for (let round = 0; round < 300; round += 1) {
    const reading = get(files, "/d/secret").then(
      (text) => seen.add(text),
      (error) => seen.add(error.code),
    );
    const writing = put(files, "/d/planted", "x").catch((error) => seen.add(error.code));
    renameSync(here.file("root/d"), here.file("root/e"));
    symlinkSync("../outside", here.file("root/d"));
    await Promise.all([reading, writing]);
    rmSync(here.file("root/d"));
    renameSync(here.file("root/e"), here.file("root/d"));
  }
  expect([...seen].filter((one) => !["harmless", "FS_OUTSIDE", "FS_NOT_FOUND"].includes(one))).toEqual([]);
  expect(execFileSync("ls", [here.file("outside")], { encoding: "utf8" })).toBe("secret\n");
});

test("a pipe is FS_NOT_FILE, and is not even opened", async () => {
  execFileSync("mkfifo", [here.file("root/pipe")]);
  await expect(get(files, "/pipe")).rejects.toMatchObject(code("FS_NOT_FILE"));
  await expect(put(files, "/pipe", "x")).rejects.toMatchObject(code("FS_NOT_FILE"));
});

test("read-only refuses every change; a drop box takes new files and keeps what it has", async () => {
  await put(files, "/a", "text");
  const still = readOnly(files);
  const change = [
    (one: FileSystem) => put(one, "/a", "x"),
    (one: FileSystem) => put(one, "/a", "x", "append"),
    (one: FileSystem) => one.remove("/a", { signal }),
    (one: FileSystem) => one.rename("/a", "/b", { signal }),
    (one: FileSystem) => one.rmdir("/d", { signal }),
  ];
  for (const one of change) await expect(one(still)).rejects.toMatchObject(code("FS_READ_ONLY"));
  await expect(put(still, "/new", "x")).rejects.toMatchObject(code("FS_READ_ONLY"));
  await expect(still.mkdir("/d", { signal })).rejects.toMatchObject(code("FS_READ_ONLY"));
  expect("setMode" in still).toBe(false);
  const box = dropBox(files);
  await put(box, "/new", "x");
  await box.mkdir("/d", { signal });
  for (const one of change) await expect(one(box)).rejects.toMatchObject(code("FS_READ_ONLY"));
  expect(await get(box, "/a")).toBe("text");
});

test("what is no directory cannot be served", async () => {
  await expect(openLocalFileSystem({ directory: here.file("no") })).rejects.toMatchObject(code("FS_NOT_FOUND"));
  await expect(openLocalFileSystem({ directory: here.file("outside/secret") })).rejects.toMatchObject(
    code("FS_NOT_DIRECTORY"),
  );
});
