// A file of this machine that is opened before anybody wants it: what has its name when it is wanted is what is read.
import { appendFileSync, chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openLocalFileSystem } from "../../src/filesystem/local/local-file-system.ts";
import { dropBox, readOnly } from "../../src/filesystem/read-only.ts";
import { type FileSystem, type OpensAhead, opensAhead } from "../../src/platform/file-system.ts";
import { code, signal } from "../../src/testing/file-system/subject.ts";
import { watchResources } from "../support/resources.ts";
import { makeTempDir, type TempDir } from "../support/tempdir.ts";

watchResources();

let here: TempDir;
let files: FileSystem & OpensAhead;
beforeEach(async () => {
  here = makeTempDir("ahead");
  for (const name of ["root", "root/d", "outside"]) mkdirSync(here.file(name));
  writeFileSync(here.file("outside/file"), "secret");
  writeFileSync(here.file("root/file"), "before");
  const opened = await openLocalFileSystem({ directory: here.file("root") });
  if (!opensAhead(opened)) throw new Error("it opens nothing ahead");
  files = opened;
});
afterEach(() => here.remove());

async function taken(change: () => void, offset = 0): Promise<string | undefined> {
  await using ahead = await files.openAhead("/file", { signal });
  expect(ahead.facts).toMatchObject({ type: "file", size: 6 });
  change();
  await using reader = await ahead.take(offset, signal);
  if (reader === undefined) return undefined;
  const buffer = Buffer.alloc(100);
  const count = await reader.read(buffer);
  expect(reader.facts.size).toBe(offset + count);
  return buffer.toString("latin1", 0, count);
}

test("it is read as it is when it is taken, from where the client wants", async () => {
  expect(await taken(() => {})).toBe("before");
  expect(await taken(() => appendFileSync(here.file("root/file"), " and more"), 7)).toBe("and more");
});

test.each<[string, () => void]>([
  ["another file", () => replace("root/d/other")],
  ["the file of that name outside", () => replace("outside/file")],
  ["a link that leads out", () => link("../outside/file")],
  ["a link that leads nowhere", () => link("nothing")],
  ["a directory", () => replace("root/d")],
  ["nothing", () => rmSync(here.file("root/file"))],
])("it is not taken when %s has its name by now", async (_, change) => {
  writeFileSync(here.file("root/d/other"), "another");
  expect(await taken(change)).toBeUndefined();
});

function replace(by: string): void {
  rmSync(here.file("root/file"));
  renameSync(here.file(by), here.file("root/file"));
}

function link(to: string): void {
  rmSync(here.file("root/file"));
  symlinkSync(to, here.file("root/file"));
}

test("what cannot be opened is not opened ahead: a link that leads out, a directory, no file", async () => {
  symlinkSync("../outside/file", here.file("root/out"));
  const refused = (path: string): Promise<unknown> => (async () => files.openAhead(path, { signal }))();
  await expect(refused("/out")).rejects.toMatchObject(code("FS_OUTSIDE"));
  await expect(refused("/d")).rejects.toMatchObject(code("FS_IS_DIRECTORY"));
  await expect(refused("/missing")).rejects.toMatchObject(code("FS_NOT_FOUND"));
});

test("who may only read has files opened ahead, too", async () => {
  chmodSync(here.file("root/file"), 0o444);
  for (const limited of [readOnly(files), dropBox(files)]) {
    if (!opensAhead(limited)) throw new Error("it opens nothing ahead");
    await using ahead = await limited.openAhead("/file", { signal });
    expect(ahead.facts.size).toBe(6);
  }
});
