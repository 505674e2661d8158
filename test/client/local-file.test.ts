// What could not be written here is not asked for.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { watchResources } from "../support/resources.ts";
import { makeTempDir } from "../support/tempdir.ts";
import { passive, startRig } from "./rig.ts";

watchResources();

test("a download into no directory, or onto one, is refused before the server hears of it", async () => {
  await using here = makeTempDir("here");
  mkdirSync(here.file("directory"));
  writeFileSync(here.file("file"), "");
  await using rig = await startRig(async () => {});
  const into = (name: string) => rig.client.downloadFile("f", here.file(name));
  await expect(into("nowhere/f")).rejects.toMatchObject({
    code: "FS_NOT_FOUND",
    message: `there is no directory "${here.file("nowhere")}" here`,
  });
  await expect(into("directory")).rejects.toMatchObject({ code: "FS_IS_DIRECTORY" });
  await expect(into("file/f")).rejects.toMatchObject({ code: "FS_NOT_DIRECTORY" });
  expect(rig.commands().at(-1)).toBe("OPTS UTF8 ON");
});

test("a file that is there is replaced by what comes", async () => {
  await using here = makeTempDir("here");
  writeFileSync(here.file("f"), "before");
  await using rig = await startRig(async (control) => {
    await control.expect("SIZE f");
    await control.reply("213 2");
    const data = await passive(control);
    await control.expect("RETR f");
    await control.reply("150 here");
    (await data.accept()).end("it");
    await control.reply("226 done");
  });
  await rig.client.downloadFile("f", here.file("f"));
  expect(readFileSync(here.file("f"), "utf8")).toBe("it");
});
