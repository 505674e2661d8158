// What FTP clients get of an SFTP server's files, command by command.
import { userInfo } from "node:os";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { FileSystem } from "../../src/index.ts";
import { get, names, put } from "../../src/testing/file-system/subject.ts";
import { watchResources } from "../support/resources.ts";
import type { TestClient } from "../support/test-client.ts";
import { type Bridge, bridgeForLocalUsers, startSftp, type TestSftp } from "./rig.ts";

watchResources();

let sftp: TestSftp;
let there: FileSystem;
let bridge: Bridge;
let client: TestClient;
beforeEach(async () => {
  sftp = await startSftp();
  there = sftp.filesOf(userInfo().username);
  bridge = await bridgeForLocalUsers(sftp, {}, { ascii: "binary", opensLate: true });
  client = await bridge.login();
});
afterEach(async () => {
  await bridge[Symbol.asyncDispose]();
  await sftp.stop();
});

test("names with line ends are in no listing and no reply, and a name with a NUL is refused", async () => {
  for (const name of ["a\nb", "a\rb", "a\r\n226 done", "good"]) await put(there, `/${name}`, "");
  expect((await client.download("NLST")).text).toBe("good\r\n");
  expect((await client.download("LIST")).text).toMatch(/^-[^\n]* good\r\n$/);
  expect((await client.download("MLSD")).text).toMatch(/^type=file;[^\n]* good\r\n$/);
  expect(await client.ask("STAT .", 213)).not.toMatch(/226 done|a.?b/);
  await client.ask("SIZE a\0b", 421);
});

test("MLSD, MLST, SIZE, MDTM, MFMT, SITE CHMOD, HASH", async () => {
  await put(there, "/a", "hello");
  expect(await client.ask("MFMT 20200102030405 a", 213)).toBe("213 Modify=20200102030405; /a");
  expect(await client.ask("MDTM a", 213)).toBe("213 20200102030405");
  expect(await client.ask("SIZE a", 213)).toBe("213 5");
  await client.ask("SITE CHMOD 640 a", 200);
  expect(await client.ask("MLST a", 250)).toMatch(/type=file;size=5;modify=20200102030405;.*unix.mode=0640; \/a/i);
  expect(await client.ask("HASH a", 213)).toMatch(
    / 0-5 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824 a$/,
  );
});

test("REST, APPE, STOU, RNFR and RNTO", async () => {
  expect(await client.upload("STOR a", "0123456789")).toEqual([150, 226]);
  await client.ask("REST 4", 350);
  expect(await client.download("RETR a")).toEqual({ text: "456789", codes: [150, 226] });
  await client.ask("REST 4", 350);
  expect(await client.upload("STOR a", "xy")).toEqual([150, 226]);
  expect(await client.upload("APPE a", "z")).toEqual([150, 226]);
  expect(await get(there, "/a")).toBe("0123xyz");
  await client.ask("RNFR a", 350);
  await client.ask("RNTO b", 250);
  expect(await client.upload("STOU page", "unique")).toEqual([150, 226]);
  expect(await names(there, "/")).toEqual(["b", expect.stringMatching(/^page\.[0-9a-f]{16}$/)]);
});

test("TYPE A leaves files as they are, and says so", async () => {
  expect(await client.ask("TYPE A", 200)).toBe("200 Switching to ASCII mode; files are sent and kept as they are.");
  const bytes = "\r\n\n\r\u00ff\0";
  expect(await client.upload("STOR a", bytes)).toEqual([150, 226]);
  expect(await get(there, "/a")).toBe(bytes);
  expect(await client.ask("SIZE a", 213)).toBe(`213 ${bytes.length}`);
  await client.ask("REST 2", 350);
  expect((await client.download("RETR a")).text).toBe(bytes.slice(2));
});

describe("an upload", () => {
  test("whose data connection does not come makes no file, and one that must not be made is refused without 150", async () => {
    await put(there, "/old", "kept");
    await client.ask("EPSV", 229);
    client.send("STOR new", "ABOR");
    await client.expect(426);
    await client.expect(226);
    await client.ask("EPSV", 229);
    client.send("STOR old", "ABOR");
    await client.expect(426);
    await client.expect(226);
    expect(await names(there, "/")).toEqual(["old"]);
    expect(await get(there, "/old")).toBe("kept");
    expect(await client.upload("STOR no/file", "x")).toEqual([550]);
  });
});
