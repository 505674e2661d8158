// Set-user-id, set-group-id and sticky: no client gets a file to run as the server.
import { chmodSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openLocalFileSystem } from "../../src/filesystem/local/local-file-system.ts";
import { setsModes } from "../../src/platform/file-system.ts";
import { messages } from "../../src/ssh/sftp/wire/message-types.ts";
import { put } from "../../src/testing/file-system/subject.ts";
import { startRig } from "../server/rig.ts";
import { SftpCalls } from "../ssh/sftp/session.ts";
import { makeTempDir, type TempDir } from "../support/tempdir.ts";

let dir: TempDir;
beforeEach(() => {
  dir = makeTempDir("modes");
  writeFileSync(dir.file("f"), "#!/bin/sh\n");
  mkdirSync(dir.file("d"));
});
afterEach(() => dir.remove());

const { signal } = new AbortController();
const mode = (name: string): number => statSync(dir.file(name)).mode & 0o7777;

test.each([0o4755, 0o2755, 0o1755, 0o7755])("the local file system sets %i without the highest bits", async (bits) => {
  const files = await openLocalFileSystem({ directory: dir.path });
  if (!setsModes(files)) throw new Error("no modes");
  for (const name of ["f", "d"]) {
    await files.setMode(`/${name}`, bits, { signal });
    expect(mode(name)).toBe(0o755);
  }
});

test("SETSTAT and FSETSTAT of SFTP set no such bit, nor does SITE CHMOD or MFF of FTP", async () => {
  await using sftp = new SftpCalls(await openLocalFileSystem({ directory: dir.path }));
  await sftp.ask(messages.setstat, (w) => w.string("/f").uint32(4).uint32(0o104755));
  expect(mode("f")).toBe(0o755);
  const file = await sftp.open("/f", 2);
  await sftp.ask(messages.fsetstat, (w) =>
    w
      .string(file as Uint8Array)
      .uint32(4)
      .uint32(0o106711),
  );
  expect(mode("f")).toBe(0o711);
  await using rig = await startRig({ files: dir.path });
  const peer = await rig.login();
  expect(await peer.code("SITE CHMOD 4750 f")).toBe(200);
  expect(mode("f")).toBe(0o750);
  expect((await peer.command("MFF UNIX.mode=4744; f")).lines).toEqual(["213 UNIX.mode=0744; /f"]);
  expect(mode("f")).toBe(0o744);
});

test("MKDIR and OPEN of SFTP set no such bit either", async () => {
  await using sftp = new SftpCalls(await openLocalFileSystem({ directory: dir.path }));
  await sftp.ask(messages.mkdir, (w) => w.string("/new").uint32(4).uint32(0o7777));
  expect(mode("new") & 0o7000).toBe(0);
  await sftp.ask(messages.open, (w) => w.string("/made").uint32(0x1a).uint32(4).uint32(0o106777));
  expect(mode("made") & 0o7000).toBe(0);
});

test("a file that has such a bit loses it when it is written, as the kernel does for everybody but root", async () => {
  const files = await openLocalFileSystem({ directory: dir.path });
  chmodSync(dir.file("f"), 0o4755);
  await put(files, "/f", "other");
  expect(mode("f")).toBe(0o755);
});
