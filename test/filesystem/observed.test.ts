// A FileSystem that tells what is done with it: SFTP, for the log of the server.
import { beforeEach, expect, test } from "vitest";
import { MemoryFileSystem } from "../../src/filesystem/memory/memory-file-system.ts";
import { observed } from "../../src/filesystem/observed.ts";
import { dropBox, readOnly } from "../../src/filesystem/read-only.ts";
import { setsModes, tellsSpace, updatesFiles } from "../../src/platform/file-system.ts";
import type { FileAction } from "../../src/platform/trace.ts";
import { openUpload } from "../../src/platform/upload-target.ts";
import { SallyportError } from "../../src/protocol/error.ts";
import { messages, openFlags } from "../../src/ssh/sftp/wire/message-types.ts";
import { put } from "../../src/testing/file-system/subject.ts";
import { SftpCalls } from "../ssh/sftp/session.ts";

const { read, write, create, truncate } = openFlags;

let files: MemoryFileSystem;
let told: FileAction[];
const observer = { nowMs: () => 0, report: (action: FileAction) => void told.push(action) };
beforeEach(async () => {
  files = new MemoryFileSystem({ now: () => 0 });
  await put(files, "/a", "0123456789");
  told = [];
});

test("it can what the one inside can, and no more", () => {
  for (const inner of [files, readOnly(files), dropBox(files)]) {
    const outer = observed(inner, observer);
    expect([setsModes(outer), updatesFiles(outer), tellsSpace(outer)]).toEqual([
      setsModes(inner),
      updatesFiles(inner),
      tellsSpace(inner),
    ]);
  }
});

test("modes and times that are set are told", async () => {
  const outer = observed(files, observer);
  const { signal } = new AbortController();
  await outer.setMode("/a", 0o600, { signal });
  await outer.setModified("/a", 5, { signal });
  await expect(outer.setMode("/nothing", 0o600, { signal })).rejects.toThrow();
  expect(told).toMatchObject([
    { action: "chmod", path: "/a", ok: true },
    { action: "set-time", path: "/a", ok: true },
    { action: "chmod", path: "/nothing", ok: false },
  ]);
});

test("each change and transfer of an SFTP session is told once, with its outcome", async () => {
  const sftp = new SftpCalls(observed(files, observer));
  const up = (await sftp.open("/new", write | create | truncate)) as Uint8Array;
  await sftp.write(up, 0, "hello");
  await sftp.close(up);
  const cut = (await sftp.open("/cut", write | create)) as Uint8Array;
  await sftp.write(cut, 0, "he");
  const down = (await sftp.open("/a", read)) as Uint8Array;
  await sftp.read(down, 0, 100);
  await sftp.close(down);
  await sftp.ask(messages.mkdir, (w) => w.string("/d").uint32(0));
  await sftp.ask(messages.rename, (w) => w.string("/a").string("/d/b"));
  await sftp.ask(messages.remove, (w) => w.string("/d/b"));
  await sftp.ask(messages.remove, (w) => w.string("/d/b"));
  await sftp.ask(messages.rmdir, (w) => w.string("/d"));
  await sftp[Symbol.asyncDispose]();
  expect(told).toMatchObject([
    { action: "upload", path: "/new", ok: true, bytes: 5 },
    { action: "download", path: "/a", ok: true, bytes: 10 },
    { action: "mkdir", path: "/d", ok: true },
    { action: "rename", path: "/a", to: "/d/b", ok: true },
    { action: "delete", path: "/d/b", ok: true },
    { action: "delete", path: "/d/b", ok: false },
    { action: "rmdir", path: "/d", ok: true },
    { action: "upload", path: "/cut", ok: false, bytes: 2, outcome: "interrupted" },
  ]);
});

test("what is refused is told as failed", async () => {
  await using sftp = new SftpCalls(observed(readOnly(files), observer));
  await sftp.open("/new", write | create);
  await sftp.open("/none", read);
  expect(told).toMatchObject([
    { action: "upload", path: "/new", ok: false },
    { action: "download", path: "/none", ok: false },
  ]);
});

test("an upload whose bytes are refused is reported with the reason", async () => {
  const refuse = async (): Promise<never> => {
    throw new SallyportError("FS_PERMISSION", "/etc/x: permission denied");
  };
  const done = async (): Promise<void> => {};
  const refusing = new MemoryFileSystem({ now: () => 0 });
  refusing.openWrite = async () => ({ write: refuse, finish: done, [Symbol.asyncDispose]: done });
  refusing.openUpdate = async () => ({ writeAt: refuse, truncate: done, finish: done, [Symbol.asyncDispose]: done });
  const { signal } = new AbortController();
  const outer = observed(refusing, observer);
  {
    await using writer = await outer.openWrite("/etc/x", { start: "truncate", signal });
    await expect(writer.write([])).rejects.toMatchObject({ code: "FS_PERMISSION" });
  }
  {
    await using updater = await outer.openUpdate("/etc/x", { signal });
    await expect(updater.writeAt(0, new Uint8Array(1))).rejects.toMatchObject({ code: "FS_PERMISSION" });
  }
  const said = { action: "upload", path: "/etc/x", ok: false, bytes: 0, outcome: "/etc/x: permission denied" };
  expect(told).toMatchObject([said, said]);
});

test("an upload that has another name until it is complete is told once, under its own", async () => {
  const outer = observed(files, observer);
  const open = (path: string): ReturnType<typeof openUpload> => {
    const signal = new AbortController().signal;
    return openUpload(outer, path, { start: "truncate", atomic: true, randomName: () => path.slice(1), signal });
  };
  const whole = await open("/whole");
  await whole.write([Buffer.from("hello")]);
  await whole.finish();
  await whole[Symbol.asyncDispose]();
  const cut = await open("/cut");
  await cut.write([Buffer.from("he")]);
  await cut[Symbol.asyncDispose]();
  expect(told).toMatchObject([
    { action: "upload", path: "/whole", ok: true, bytes: 5 },
    { action: "upload", path: "/cut", ok: false, bytes: 2, outcome: "interrupted" },
  ]);
});
