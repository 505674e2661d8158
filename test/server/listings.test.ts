// LIST, NLST, MLSD and STAT: options, patterns, odd names, many files.
import { mkdirSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { watchResources } from "../support/resources.ts";
import { makeTempDir } from "../support/tempdir.ts";
import type { TestClient } from "../support/test-client.ts";
import { type Rig, startRig } from "./rig.ts";

watchResources();

let rig: Rig;
let peer: TestClient;
beforeEach(async () => {
  rig = await startRig();
  peer = await rig.login();
  await peer.command("TYPE I");
});
afterEach(() => rig[Symbol.asyncDispose]());

const lines = async (line: string): Promise<string[]> => (await peer.download(line)).text.split("\r\n").slice(0, -1);
const namesIn = async (line: string): Promise<string[]> =>
  (await lines(line)).map((each) => each.replace(/^.{60}/, ""));

test("LIST looks like ls -l, with the options of ls", async () => {
  for (const [name, text] of [
    ["b", "x"],
    ["a", "xxx"],
    [".hidden", "xx"],
  ] as const)
    await peer.upload(`STOR ${name}`, text);
  await peer.command("MKD d");
  await peer.command("MFMT 20010203040506 a");
  await peer.command("MFMT 20020203040506 b");
  expect(await lines("LIST a")).toEqual(["-rw-r--r--    1 ftp      ftp                 3 Feb  3  2001 a"]);
  expect((await lines("LIST")).map((line) => line.split(" ").at(-1))).toEqual(["a", "b", "d"]);
  for (const options of ["-a", "-al", "-la", "-l -a", "-A"]) {
    expect((await lines(`LIST ${options}`)).map((line) => line.split(" ").at(-1))).toEqual([".hidden", "a", "b", "d"]);
  }
  expect((await lines("LIST -d /d"))[0]).toMatch(/^drwxr-xr-x .* d$/);
  expect(await lines("NLST -t")).toEqual(["d", "b", "a"]);
  expect((await lines("NLST -rS d ")).length).toBe(0);
  expect(await lines("NLST -r")).toEqual(["d", "b", "a"]);
  expect((await peer.command("STAT /a")).lines[1]).toMatch(/^ -rw/);
});

test("patterns of the shell, with a directory before them", async () => {
  await peer.command("MKD d");
  for (const name of ["a.c", "b.c", "b.h", ".c", "d/x.c"]) await peer.upload(`STOR ${name}`, "");
  expect(await lines("NLST *.c")).toEqual(["a.c", "b.c"]);
  expect(await lines("NLST .*")).toEqual([".c"]);
  expect(await lines("NLST d/*")).toEqual(["d/x.c"]);
  expect(await lines("NLST b.[ch]")).toEqual(["b.c", "b.h"]);
  expect(await lines("NLST [!b].?")).toEqual(["a.c"]);
  expect(await lines("NLST nothing*")).toEqual([]);
});

// Looked for by going back at each star, it would not end in a lifetime.
test("a pattern of many stars comes to an end", async () => {
  await peer.upload(`STOR ${"a".repeat(200)}`, "");
  expect(await lines(`NLST ${"*a".repeat(100)}b`)).toEqual([]);
});

test("every byte that a command can say is part of a name, in every listing", async () => {
  const bytes = Array.from({ length: 255 }, (_, index) => String.fromCharCode(index + 1)).filter(
    (byte) => !"/\r\n".includes(byte),
  );
  const spell = (text: string): string => text.replaceAll("\xff", "\xff\xff");
  for (const byte of bytes)
    expect([byte, await peer.upload(`STOR x${spell(byte)}y`, byte)]).toEqual([byte, [150, 226]]);
  const wanted = bytes.map((byte) => `x${byte}y`).sort();
  expect((await lines("NLST")).sort()).toEqual(wanted);
  expect((await lines("MLSD")).map((line) => line.slice(line.indexOf(" ") + 1)).sort()).toEqual(wanted);
  expect((await namesIn("LIST")).sort()).toEqual(wanted);
  for (const byte of ["\x01", "\xff", " ", '"', "\x80"]) {
    expect((await peer.download(`RETR x${spell(byte)}y`)).text).toBe(byte);
  }
  await peer.command("MKD \x01\xe9");
  expect((await peer.command("CWD \x01\xe9")).code).toBe(250);
  expect((await peer.command("PWD")).lines[0]).toContain('"/\x01\xe9"');
});

test("names that would forge lines are left out", async () => {
  const directory = makeTempDir("forged");
  writeFileSync(directory.file("a\r\n-rw-r--r-- 1 x x 1 Jan 1 2020 forged"), "");
  writeFileSync(directory.file("honest"), "");
  await rig[Symbol.asyncDispose]();
  rig = await startRig({ files: directory.path });
  peer = await rig.login();
  for (const line of ["LIST", "NLST", "MLSD"]) expect((await lines(line)).length).toBe(1);
  expect((await peer.command("STAT .")).lines.length).toBe(3);
  await rig[Symbol.asyncDispose]();
  directory.remove();
});

test("10,000 files are listed whole, in order, by every command; STAT says when it is too much", async () => {
  const directory = makeTempDir("many");
  const names = Array.from(
    { length: 10_000 },
    (_, index) => `file-${String(index).padStart(5, "0")}-${"n".repeat(60)}`,
  );
  for (const name of names) writeFileSync(directory.file(name), "");
  mkdirSync(directory.file("d"));
  await rig[Symbol.asyncDispose]();
  rig = await startRig({ files: directory.path });
  peer = await rig.login();
  expect((await lines("NLST")).slice(1)).toEqual(names);
  expect((await lines("LIST")).length).toBe(10_001);
  expect(new Set((await lines("MLSD")).map((line) => line.split(" ")[1]))).toEqual(new Set([...names, "d"]));
  expect(await peer.code("STAT .")).toBe(451);
  await rig[Symbol.asyncDispose]();
  directory.remove();
});
