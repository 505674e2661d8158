// SFTP clients of files on an FTP server.
import { expect, test } from "vitest";
import { explainReply, statusOfReply } from "../../src/bridge/ftp-errors.ts";
import { type FileSystem, MemoryFileSystem, SallyportError } from "../../src/index.ts";
import { limits } from "../../src/protocol/limits.ts";
import { statusOf } from "../../src/ssh/sftp/server/status.ts";
import { messages, openFlags, statusCodes } from "../../src/ssh/sftp/wire/message-types.ts";
import { get, names, put } from "../../src/testing/file-system/subject.ts";
import { SftpCalls } from "../ssh/sftp/session.ts";
import { watchResources } from "../support/resources.ts";
import { until } from "../support/until.ts";
import { lying } from "../swarm/lying-files.ts";
import { startFtpBehind } from "./ftp-rig.ts";
import { now } from "./rig.ts";

watchResources();

const { read, write, append, create, truncate, exclusive } = openFlags;
const { ok, noSuchFile, permissionDenied, failure, unsupported, badMessage } = statusCodes;
const signal = new AbortController().signal;

async function opened(sftp: SftpCalls, path: string, flags: number): Promise<Uint8Array> {
  const handle = await sftp.open(path, flags);
  if (typeof handle === "number") throw new Error(`status ${handle}`);
  return handle;
}

test("a file goes there and back, in pieces that come out of order", async () => {
  await using behind = await startFtpBehind();
  await using sftp = new SftpCalls(behind.files);
  const text = Array.from({ length: 64 }, (_, index) => `${index}`.padStart(1000, ".")).join("");
  const file = await opened(sftp, "/a", write | create | truncate);
  const order = Array.from({ length: 64 }, (_, index) => (index ^ 3) * 1000);
  for (const at of order) expect(await sftp.write(file, at, text.slice(at, at + 1000))).toBe(ok);
  expect(await sftp.close(file)).toBe(ok);
  expect(await get(behind.there, "/a")).toBe(text);
  const back = await opened(sftp, "/a", read);
  for (const at of order) expect(await sftp.read(back, at, 1000)).toBe(text.slice(at, at + 1000));
  expect(await sftp.close(back)).toBe(ok);
});

test("what FTP cannot do is a status, at once", async () => {
  await using behind = await startFtpBehind();
  await put(behind.there, "/a", "0123456789");
  await behind.there.mkdir("/d", { signal });
  await put(behind.there, "/d/b", "");
  await using sftp = new SftpCalls(behind.files);
  const file = await opened(sftp, "/a", read | write);
  expect(await sftp.write(file, 4, "x")).toBe(unsupported);
  expect(await sftp.status(messages.symlink, (w) => w.string("a").string("/b"))).toBe(unsupported);
  expect(await sftp.status(messages.setstat, (w) => w.string("/a").uint32(1).uint32(0).uint32(3))).toBe(unsupported);
  expect(await sftp.open("/none", read)).toBe(noSuchFile);
  expect(await sftp.open("/no/file", write | create)).toBe(noSuchFile);
  expect(await sftp.open("/a", write | create | exclusive)).toBe(failure);
  expect(await sftp.open("/d", read)).toBe(failure);
  expect(await sftp.status(messages.rmdir, (w) => w.string("/d"))).toBe(failure);
  expect(await sftp.status(messages.mkdir, (w) => w.string("/d").uint32(0))).toBe(failure);
  expect(await sftp.status(messages.remove, (w) => w.string("/none"))).toBe(noSuchFile);
  expect(await sftp.status(messages.mkdir, (w) => w.string("/a\nb").uint32(0))).toBe(failure);
  expect(await get(behind.there, "/a")).toBe("0123456789");
});

test("modes are unsupported where the server refuses SITE CHMOD", async () => {
  const there = new MemoryFileSystem({ now });
  const files: FileSystem = {
    stat: there.stat.bind(there),
    list: there.list.bind(there),
    openRead: there.openRead.bind(there),
    openWrite: there.openWrite.bind(there),
    mkdir: there.mkdir.bind(there),
    rmdir: there.rmdir.bind(there),
    remove: there.remove.bind(there),
    rename: there.rename.bind(there),
  };
  await using behind = await startFtpBehind({ files });
  await put(there, "/a", "x");
  await using sftp = new SftpCalls(behind.files);
  expect(await sftp.status(messages.setstat, (w) => w.string("/a").uint32(4).uint32(0o600))).toBe(unsupported);
});

test("time and mode that are set while a file is written are set behind its end", async () => {
  await using behind = await startFtpBehind();
  await using sftp = new SftpCalls(behind.files);
  const file = await opened(sftp, "/a", write | create | truncate);
  expect(await sftp.write(file, 0, "text")).toBe(ok);
  const time = 86_400;
  expect(await sftp.status(messages.fsetstat, (w) => w.string(file).uint32(8).uint32(time).uint32(time))).toBe(ok);
  expect(await sftp.close(file)).toBe(ok);
  expect(await behind.there.stat("/a", { signal })).toMatchObject({ size: 4, modifiedMs: time * 1000 });
});

test("a file that the server could not take whole is no OK at its close", async () => {
  await using behind = await startFtpBehind({ files: new MemoryFileSystem({ now, bytesMax: 1000 }) });
  await using sftp = new SftpCalls(behind.files);
  const file = await opened(sftp, "/a", write | create | truncate);
  const codes = [await sftp.write(file, 0, "x".repeat(2000)), await sftp.close(file)];
  expect(codes.at(-1)).toBe(failure);
});

test("a download that failed fails every read that is in flight: none of them finds the end of the file", async () => {
  await using behind = await startFtpBehind();
  await put(behind.there, "/a", "text");
  await using sftp = new SftpCalls(behind.files);
  const file = await opened(sftp, "/a", read);
  await behind.there.remove("/a", { signal });
  const codes = await Promise.all([4, 0, 4].map((at) => sftp.read(file, at, 100)));
  expect(codes).toEqual([noSuchFile, noSuchFile, noSuchFile]);
});

test.each(["none", "zero", "smaller", "larger"] as const)(
  "what is appended at a server that reports sizes wrongly (%s) stands behind what is there, and what is written over it is whole, or a failure",
  async (sizes) => {
    const there = new MemoryFileSystem({ now });
    await put(there, "/a", "one ");
    await put(there, "/b", "one and more");
    await using behind = await startFtpBehind({ files: lying(there, sizes) });
    await using sftp = new SftpCalls(behind.files);
    const file = await opened(sftp, "/a", write | create | append);
    expect(await sftp.write(file, 0, "two")).toBe(ok);
    const appended = await sftp.close(file);
    expect(await get(there, "/a")).toBe("one two");
    const other = await opened(sftp, "/b", write | create | truncate);
    expect(await sftp.write(other, 0, "two")).toBe(ok);
    const written = await sftp.close(other);
    expect(await get(there, "/b")).toBe("two");
    // Less than was written may have been lost; 0 is what servers report that know no sizes.
    expect([appended, written]).toEqual(sizes === "smaller" ? [failure, failure] : [ok, ok]);
  },
);

test("a client that leaves in the middle leaves no session busy", async () => {
  await using behind = await startFtpBehind();
  await put(behind.there, "/big", "x".repeat(3_000_000));
  const sftp = new SftpCalls(behind.files);
  const file = await opened(sftp, "/new", write | create | truncate);
  expect(await sftp.write(file, 0, "half")).toBe(ok);
  const back = await opened(sftp, "/big", read);
  expect(await sftp.read(back, 0, 10)).toBe("xxxxxxxxxx");
  await sftp[Symbol.asyncDispose]();
  await until("no transfer runs", () => behind.ftp.transfersRunning === 0);
  expect(await names(behind.files, "/")).toEqual(["big", "new"]);
  expect(await get(behind.files, "/big")).toHaveLength(3_000_000);
});

test("a server that takes two sessions carries one file at a time, and goes on answering", async () => {
  await using behind = await startFtpBehind({ sessionsMax: 2 });
  for (const name of ["/a", "/b"]) await put(behind.there, name, "x".repeat(3_000_000));
  await using sftp = new SftpCalls(behind.files);
  const [one, other] = [await opened(sftp, "/a", read), await opened(sftp, "/b", read)];
  expect(await sftp.read(one, 0, 1)).toBe("x");
  expect(await sftp.read(other, 0, 1)).toBe(failure);
  expect(await names(behind.files, "/")).toEqual(["a", "b"]);
  expect(await sftp.close(one)).toBe(ok);
  expect(await sftp.read(other, 0, 1)).toBe("x");
});

test("a client whose file finds no session free waits for the files of others", async () => {
  await using behind = await startFtpBehind({ sessionsMax: 2 });
  for (const name of ["/a", "/b"]) await put(behind.there, name, "x".repeat(3_000_000));
  await using sftp = new SftpCalls(behind.files);
  await using second = new SftpCalls(behind.files);
  const one = await opened(sftp, "/a", read);
  expect(await sftp.read(one, 0, 1)).toBe("x");
  const other = await opened(second, "/b", read);
  const waiting = second.read(other, 0, 1);
  expect(await sftp.close(one)).toBe(ok);
  expect(await waiting).toBe("x");
});

/** FTP's replies, and what an SFTP client gets of each: the whole table. */
const statuses = [
  [450, failure],
  [451, failure],
  [452, failure],
  [500, unsupported],
  [501, failure],
  [502, unsupported],
  [504, unsupported],
  [530, permissionDenied],
  [532, permissionDenied],
  [550, permissionDenied],
  [552, failure],
  [553, permissionDenied],
] as const;

test.each(statuses)("the reply %i is the status %i", async (reply, status) => {
  const error = new SallyportError("FTP_REPLY_PERMANENT", `could not do it: ${reply} no`, { details: { reply } });
  const isThere = async () => ({ permissions: 0o100644 });
  const explained = await explainReply(error, { path: "/a", doing: "change" }, isThere, signal);
  expect(statusOf(explained).code).toBe(status);
});

test("no other reply has a status of its own", () => {
  expect(Object.keys(statusOfReply).map(Number)).toEqual(statuses.map(([reply]) => reply));
});

test("550 is read by its words, and where they tell nothing by what is there", async () => {
  const error = (words: string) =>
    new SallyportError("FTP_REPLY_PERMANENT", `could not do it: 550 ${words}`, { details: { reply: 550 } });
  const explain = async (words: string, isThere: boolean) => {
    const look = async () => (isThere ? { permissions: 0o100644 } : undefined);
    return statusOf(await explainReply(error(words), { path: "/a", doing: "change" }, look, signal)).code;
  };
  expect(await explain("Permission denied.", false)).toBe(permissionDenied);
  expect(await explain("No such file or directory", true)).toBe(noSuchFile);
  expect(await explain("Failed to open file.", true)).toBe(permissionDenied);
  expect(await explain("Failed to open file.", false)).toBe(noSuchFile);
  expect(badMessage).toBe(statusOfReply[501]);
});

test("the limit of what is kept of one file is that of the requests that clients have in flight", () => {
  expect(limits.sftpReorderBytesMax).toBeGreaterThanOrEqual(64 * 32_768);
});
