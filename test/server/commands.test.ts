// Every command: what it does, and each of its refusals once.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { watchResources } from "../support/resources.ts";
import type { TestClient } from "../support/test-client.ts";
import { type Rig, startRig } from "./rig.ts";

watchResources();

let rig: Rig;
let peer: TestClient;
beforeEach(async () => {
  rig = await startRig();
  peer = await rig.login();
});
afterEach(() => rig[Symbol.asyncDispose]());

const codes = async (lines: readonly string[]): Promise<number[]> => {
  const found: number[] = [];
  for (const line of lines) found.push(await peer.code(line));
  return found;
};

test("parameters: what is offered, what is not, what is malformed", async () => {
  expect(await codes(["TYPE I", "TYPE L 8", "TYPE A", "TYPE A N"])).toEqual([200, 200, 200, 200]);
  expect(await codes(["TYPE E", "TYPE A T", "TYPE L 36", "TYPE X", "TYPE"])).toEqual([504, 504, 504, 501, 501]);
  expect(await codes(["STRU F", "STRU R", "MODE S", "MODE B"])).toEqual([200, 504, 200, 504]);
  expect(await codes(["ALLO 100", "ALLO 100 R 20", "ALLO x", "REST 5", "REST -1"])).toEqual([202, 202, 501, 350, 501]);
});

test("directories: MKD, CWD, PWD, CDUP, RMD and their X- forms", async () => {
  expect((await peer.command('MKD a"b')).lines).toEqual(['257 "/a""b" created']);
  expect(await codes(['CWD a"b', "XMKD c", "XCWD c"])).toEqual([250, 257, 250]);
  expect((await peer.command("XPWD")).lines[0]).toContain('"/a""b/c"');
  expect(await codes(["CDUP", "XRMD c", "XCUP", 'RMD a"b', "CWD no", "MKD /", "RMD /no"])).toEqual([
    250, 250, 250, 250, 550, 550, 550,
  ]);
  expect((await peer.command("PWD")).lines[0]).toContain('"/"');
  expect(await codes(["CDUP", "CWD ../../.."])).toEqual([250, 250]);
});

test("files: SIZE, MDTM, RNFR, RNTO, DELE", async () => {
  await peer.upload("STOR a", "hello");
  expect(await codes(["SIZE a", "TYPE I"])).toEqual([550, 200]);
  expect((await peer.command("SIZE a")).lines).toEqual(["213 5"]);
  expect((await peer.command("MDTM a")).lines[0]).toMatch(/^213 \d{14}$/);
  expect(await codes(["SIZE no", "MDTM no", "SIZE /"])).toEqual([550, 550, 550]);
  expect(await codes(["RNTO b", "RNFR no", "RNFR a", "NOOP", "RNTO b"])).toEqual([503, 550, 350, 200, 503]);
  expect(await codes(["RNFR a", "RNTO b", "DELE a", "DELE b"])).toEqual([350, 250, 550, 250]);
});

test("facts: MLST, MFMT, MFF, SITE CHMOD, AVBL, and their refusals", async () => {
  await peer.upload("STOR a", "hello");
  expect(await codes(["MFMT 20200102030405 a", "SITE CHMOD 640 a"])).toEqual([213, 200]);
  expect((await peer.command("MLST a")).lines[1]).toMatch(
    /^ type=file;size=5;modify=20200102030405;perm=adfrw;unique=\w+;UNIX\.mode=0640; \/a$/,
  );
  expect((await peer.command("MFF Modify=20210101000000;UNIX.mode=0600; a")).lines).toEqual([
    "213 Modify=20210101000000;UNIX.mode=0600; /a",
  ]);
  expect((await peer.command("OPTS MLST size;nonsense;")).lines).toEqual(["200 MLST OPTS size;"]);
  expect((await peer.command("MLST a")).lines[1]).toBe(" size=5; /a");
  expect((await peer.command("AVBL")).lines[0]).toMatch(/^213 \d+$/);
  expect(
    await codes(["MFMT x a", "MFMT 20200102030405", "MFF Lang=en; a", "MFF x", "MFMT 20200102030405 no", "MLST no"]),
  ).toEqual([501, 501, 504, 501, 550, 550]);
  expect(
    await codes(["SITE CHMOD 9 a", "SITE CHMOD 600", "SITE NONSENSE", "SITE HELP", "MFCT 20200102030405 a"]),
  ).toEqual([501, 501, 504, 214, 502]);
});

test("checksums of all of a file and of a part", async () => {
  await peer.upload("STOR a b", "hello");
  expect((await peer.command("HASH a b")).lines[0]).toBe(
    "213 SHA-256 0-5 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824 a b",
  );
  expect(await codes(["OPTS HASH MD5", "OPTS HASH WHIRL"])).toEqual([200, 504]);
  expect((await peer.command("HASH a b")).lines[0]).toBe("213 MD5 0-5 5d41402abc4b2a76b9719d911017c592 a b");
  expect((await peer.command("XCRC a b")).lines).toEqual(["250 3610A686"]);
  expect((await peer.command('XMD5 "a b" 0 2')).lines).toEqual(["250 6F96CFDFE5CCC627CADF24B41725CAA4"]);
  expect((await peer.command("XSHA1 a b")).lines).toEqual(["250 AAF4C61DDCC5E8A2DABEDE0F3B482CD9AEA9434D"]);
  expect((await peer.command("MD5 a b")).lines).toEqual(["251 a b 5D41402ABC4B2A76B9719D911017C592"]);
  expect(await codes(["XCRC no", "HASH /", "XMD5 a b 3 1", "XSHA256 a b", "XSHA512 a b", "XSHA a b"])).toEqual([
    550, 550, 501, 250, 250, 250,
  ]);
});

test("what the server tells about itself", async () => {
  expect((await peer.command("SYST")).lines).toEqual(["215 UNIX Type: L8"]);
  expect((await peer.command("FEAT")).lines).toEqual(
    expect.arrayContaining([" EPSV", " REST STREAM", " UTF8", " TVFS"]),
  );
  expect((await peer.command("FEAT")).lines.join("\n")).not.toContain("AUTH");
  expect((await peer.command("HELP")).lines.join(" ")).toContain("RETR");
  expect((await peer.command("HELP RETR")).lines[0]).toMatch(/^214 RETR path/);
  expect((await peer.command("STAT")).lines.join("\n")).toContain("Logged in as alice");
  expect(
    await codes(["HELP SMNT", "NOOP", "OPTS UTF8 ON", "OPTS UTF8 OFF", "OPTS X", "CLNT x", "CSID Name=x;"]),
  ).toEqual([502, 200, 200, 504, 501, 200, 200]);
  expect(await codes(["LANG", "LANG en", "LANG fr", "ACCT x", "ABOR", "SMNT x", "LPSV"])).toEqual([
    200, 200, 504, 202, 225, 502, 228,
  ]);
});

test("a line that is no command, or unknown, is 500 and the session goes on", async () => {
  expect(await codes(["XYZZY", " NOOP", "P\x01", "noop"])).toEqual([500, 500, 500, 200]);
});

test("TLS is refused where there is no certificate, and the session goes on", async () => {
  expect(await codes(["AUTH TLS", "PBSZ 0", "PROT P", "CCC", "NOOP"])).toEqual([502, 503, 503, 502, 200]);
});

describe("logging in", () => {
  test("commands before the login are 530, PASS without USER 503, USER again starts again", async () => {
    const fresh = await rig.connect();
    await fresh.reply();
    const found: number[] = [];
    for (const line of ["PWD", "RETR a", "EPSV", "STAT a", "STAT", "PASS x", "NOOP", "FEAT"]) {
      found.push(await fresh.code(line));
    }
    expect(found).toEqual([530, 530, 530, 530, 211, 503, 200, 211]);
    for (const line of ["HOST x", "USER alice", "STAT a", "HOST x"]) found.push(await fresh.code(line));
    expect(found.slice(-4)).toEqual([220, 331, 530, 503]);
    expect(await fresh.code("PASS secret")).toBe(230);
    expect(await fresh.code("PASS secret")).toBe(503);
    expect(await fresh.code("USER alice")).toBe(331);
    expect(await fresh.code("PWD")).toBe(530);
  });

  test("REIN starts again, QUIT says goodbye and closes", async () => {
    expect(await codes(["TYPE I", "REIN", "PWD", "USER alice", "PASS secret", "PWD"])).toEqual([
      200, 220, 530, 331, 230, 257,
    ]);
    expect(await peer.code("QUIT")).toBe(221);
    await peer.closed();
  });

  test("no password appears in a trace", () => {
    const said = rig.events.map((event) => JSON.stringify(event)).join("\n");
    expect(said).toContain("PASS ***");
    expect(said).not.toContain("secret");
  });
});
