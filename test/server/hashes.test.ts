// Checksums of big files and of parts of them, and how they are aborted.
import { createHash, randomFillSync } from "node:crypto";
import { truncateSync, writeFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { openLocalFileSystem } from "../../src/index.ts";
import { watchResources } from "../support/resources.ts";
import { makeTempDir, type TempDir } from "../support/tempdir.ts";
import type { TestClient } from "../support/test-client.ts";
import { type Engine, startEngine } from "./engine.ts";

watchResources();

const size = 5_000_001;
const content = randomFillSync(Buffer.allocUnsafe(size));
let here: TempDir;
let engine: Engine;
let peer: TestClient;
beforeAll(() => {
  here = makeTempDir("hashes");
  writeFileSync(here.file("big file"), content);
  writeFileSync(here.file("huge"), "");
  truncateSync(here.file("huge"), 2 ** 36); // sparse
  writeFileSync(here.file("empty"), "");
});
afterAll(() => here.remove());
beforeEach(async () => {
  const files = await openLocalFileSystem({ directory: here.path });
  engine = await startEngine({ files: () => files });
  peer = await engine.login();
});
afterEach(() => engine[Symbol.asyncDispose]());

const said = async (line: string): Promise<string> => (await peer.command(line)).lines[0] ?? "";
const hex = (name: string, first = 0, last = size): string =>
  createHash(name).update(content.subarray(first, last)).digest("hex");

test.each([
  ["XSHA512", "sha512"],
  ["XSHA256", "sha256"],
  ["XSHA1", "sha1"],
  ["XSHA", "sha1"],
  ["XMD5", "md5"],
])("%s of the whole file, and of parts", async (verb, name) => {
  expect(await said(`${verb} big file`)).toBe(`250 ${hex(name).toUpperCase()}`);
  for (const [first, last] of [
    [0, 0],
    [0, 1],
    [1, 262_145],
    [262_143, 262_145],
    [size - 1, size],
    [4_000_000, size],
  ] as const) {
    const wanted = `250 ${hex(name, first, last).toUpperCase()}`;
    expect([first, last, await said(`${verb} "big file" ${first} ${last}`)]).toEqual([first, last, wanted]);
    expect(await said(`${verb} big file ${first} ${last}`)).toBe(wanted);
  }
  expect(await said(`${verb} "big file" 4000000`)).toBe(`250 ${hex(name, 4_000_000).toUpperCase()}`);
  // What is behind the end is not there to be counted.
  expect(await said(`${verb} "big file" 0 9000000`)).toBe(`250 ${hex(name).toUpperCase()}`);
  expect(await said(`${verb} "big file" ${size + 1} ${size + 2}`)).toMatch(/^451 .*5000001 bytes\)/);
  expect(await said(`${verb} empty`)).toBe(`250 ${createHash(name).digest("hex").toUpperCase()}`);
});

test("XCRC of the whole file and of a part; zeros in front stay", async () => {
  const crc = (bytes: Uint8Array): string => crc32(bytes).toString(16).padStart(8, "0").toUpperCase();
  expect(await said("XCRC big file")).toBe(`250 ${crc(content)}`);
  expect(await said('XCRC "big file" 17 300000')).toBe(`250 ${crc(content.subarray(17, 300_000))}`);
  expect(await said("XCRC empty")).toBe("250 00000000");
});

test("HASH begins where REST says, once, and OPTS HASH chooses", async () => {
  expect(await said("HASH big file")).toBe(`213 SHA-256 0-${size} ${hex("sha256")} big file`);
  await peer.command("REST 1000000");
  expect(await said("HASH big file")).toBe(`213 SHA-256 1000000-${size} ${hex("sha256", 1_000_000)} big file`);
  expect(await said("OPTS HASH SHA-512")).toBe("200 SHA-512");
  expect(await said("HASH big file")).toBe(`213 SHA-512 0-${size} ${hex("sha512")} big file`);
  expect((await peer.command("FEAT")).lines).toContain(" HASH SHA-512*;SHA-256;SHA-1;MD5;CRC32");
});

test.each(["HASH huge", "XMD5 huge", "XCRC huge 5 68719476730"])("ABOR aborts %s, 64 GiB", async (line) => {
  peer.send(line);
  // Others go on while it is computed.
  const other = await engine.login();
  expect(await other.code("NOOP")).toBe(200);
  peer.send("ABOR");
  expect((await peer.reply()).lines).toEqual(["426 Command aborted."]);
  expect((await peer.reply()).code).toBe(226);
  expect(await peer.code("NOOP")).toBe(200);
});

test("a client that leaves ends the computation", async () => {
  peer.send("HASH huge");
  expect(await (await engine.login()).code("NOOP")).toBe(200);
  await engine.dismiss();
});
