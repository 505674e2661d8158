import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeWholeFile } from "../../src/filesystem/whole-file.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "sallyport-whole-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

test("a file takes the place of the old one, with the mode that is asked for", async () => {
  const path = join(directory, "f");
  writeFileSync(path, "old", { mode: 0o644 });
  await writeWholeFile(path, "new", { mode: 0o600 });
  expect([readFileSync(path, "utf8"), statSync(path).mode & 0o777]).toEqual(["new", 0o600]);
  expect(readdirSync(directory)).toEqual(["f"]);
});

test("what cannot take its place leaves nothing beside it", async () => {
  mkdirSync(join(directory, "f"));
  writeFileSync(join(directory, "f", "inside"), "");
  await expect(writeWholeFile(join(directory, "f"), "new")).rejects.toMatchObject({ syscall: "rename" });
  expect(readdirSync(directory)).toEqual(["f"]);
});
