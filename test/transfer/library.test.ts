// The library's calls for files and directories, over FTP and SFTP alike.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { buffer, text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  connectFtp,
  copyDirectory,
  copyFile,
  downloadDirectory,
  downloadFile,
  ensureDirectory,
  type FtpClient,
  matchingPaths,
  removeDirectory,
  type ServerSession,
  transferBetween,
  uploadDirectory,
  uploadFile,
} from "../../src/connect/index.ts";
import { openLocalFileSystem } from "../../src/filesystem/local/local-file-system.ts";
import { openServer } from "../../src/serve/open-server.ts";
import { messages } from "../../src/ssh/sftp/wire/message-types.ts";
import { makeTempDir, type TempDir } from "../support/tempdir.ts";
import { usersFile } from "../support/users-file.ts";
import { startSftpRig } from "./sftp-rig.ts";

let there: TempDir;
let here: TempDir;
let after: (() => Promise<void>)[];
beforeEach(() => {
  there = makeTempDir("there");
  here = makeTempDir("here");
  after = [];
});
afterEach(async () => {
  for (const end of after.reverse()) await end();
  there.remove();
  here.remove();
});

async function startFtp(sessionsMax = 10): Promise<{ client: FtpClient; open: () => number }> {
  let open = 0;
  const server = await openServer({
    files: there.path,
    passwordFile: usersFile("me", "pw"),
    listen: [{ port: 0 }],
    sessionsPerAddressMax: sessionsMax,
    trace: ({ type }) => {
      if (type === "session.open") open += 1;
      if (type === "session.close") open -= 1;
    },
  });
  const port = server.listeners[0]?.port ?? 0;
  const client = await connectFtp({ host: "127.0.0.1", port, user: "me", password: "pw" });
  after.push(async () => await server[Symbol.asyncDispose]());
  after.push(async () => await client[Symbol.asyncDispose]());
  return { client, open: () => open };
}

async function startSftp(): Promise<ServerSession> {
  const session = await startSftpRig({ files: await openLocalFileSystem({ directory: there.path }) });
  after.push(async () => await session[Symbol.asyncDispose]());
  return session;
}

const openers: readonly (readonly [string, () => Promise<ServerSession>])[] = [
  ["FTP", async () => (await startFtp()).client],
  ["SFTP", startSftp],
];

const files = Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`${at % 3}/f${at}`, `content of ${at}\n`]));

function fill(dir: TempDir): void {
  for (const name of ["", "0", "1", "2", "empty"]) mkdirSync(dir.file(`tree/${name}`), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(dir.file(`tree/${name}`), text);
}

const contents = (dir: TempDir, root: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(dir.file(root), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => {
        const path = `${parentPath}/${name}`;
        return [path.slice(dir.file(root).length + 1), readFileSync(path, "utf8")];
      }),
  );

describe.each(openers)("%s", (_name, open) => {
  test("a directory goes up and comes down whole, over several sessions, and the given one stays open", async () => {
    fill(here);
    const session = await open();
    const up = await uploadDirectory(session, here.file("tree"), "a/b", { sessions: 3 });
    expect(up).toMatchObject({ files: 12, failed: 0, leftOut: 0 });
    expect(contents(there, "a/b")).toEqual(files);
    expect(existsSync(there.file("a/b/empty"))).toBe(true);
    const told: string[] = [];
    const down = await downloadDirectory(session, "a/b", here.file("back"), {
      sessions: 3,
      onFile: (path, localPath, { bytes }) =>
        told.push(`${path} ${localPath === here.file(`back/${path.slice(4)}`)} ${bytes}`),
    });
    expect(down).toEqual(up);
    expect(contents(here, "back")).toEqual(files);
    expect(told).toContain("a/b/1/f10 true 14");
    expect((await session.stat("a/b")).type).toBe("directory");
  });

  test("a link in a directory is left out, and reported", async () => {
    for (const dir of [here, there]) {
      mkdirSync(dir.file("tree"));
      symlinkSync("elsewhere", dir.file("tree/link"));
    }
    const session = await open();
    const leftOut: string[] = [];
    const options = { onLeftOut: (path: string) => leftOut.push(path) };
    expect(await uploadDirectory(session, here.file("tree"), "up", options)).toMatchObject({ files: 0, leftOut: 1 });
    expect(await downloadDirectory(session, "tree", here.file("down"), options)).toMatchObject({ leftOut: 1 });
    expect(leftOut).toEqual([here.file("tree/link"), "tree/link"]);
    expect([readdirSync(there.file("up")), readdirSync(here.file("down"))]).toEqual([[], []]);
  });

  test("the first failure ends it and is thrown; with onFailed the others go on, and it is counted", async () => {
    fill(there);
    mkdirSync(here.file("tree/1/f1"), { recursive: true }); // a directory in the way
    const session = await open();
    await expect(downloadDirectory(session, "tree", here.file("tree"))).rejects.toMatchObject({ code: /^FS_/ });
    const failed: string[] = [];
    const result = await downloadDirectory(session, "tree", here.file("tree"), {
      resume: true,
      onFailed: (path, { code }) => failed.push(`${path} ${code}`),
    });
    expect(result).toMatchObject({ files: 11, failed: 1 });
    expect(failed).toEqual(["tree/1/f1 FS_IS_DIRECTORY"]);
  });

  test.each([
    ["downloadFile", downloadFile],
    ["the session's own", (session, ...given) => session.downloadFile(...given)],
  ] satisfies [string, typeof downloadFile][])(
    "%s: a file has its name when it is whole, and not before",
    async (_which, down) => {
      writeFileSync(there.file("f"), Buffer.alloc(300_000, "new"));
      writeFileSync(here.file("f"), "old");
      const session = await open();
      const seen = new Set<string>();
      const { bytes, verified } = await down(session, "f", here.file("f"), {
        onProgress: () => seen.add(readFileSync(here.file("f"), "utf8")),
      });
      expect({ bytes, verified, seen: [...seen] }).toEqual({ bytes: 300_000, verified: "size", seen: ["old"] });
      expect(readdirSync(here.path)).toEqual(["f"]);
      expect(readFileSync(here.file("f")).equals(readFileSync(there.file("f")))).toBe(true);
    },
  );

  test("in place, the name itself is written, and what is there is resumed", async () => {
    writeFileSync(there.file("f"), Buffer.alloc(300_000, "new"));
    writeFileSync(here.file("f"), "old");
    const session = await open();
    const seen = new Set<string>();
    const onProgress = () => seen.add(readdirSync(here.path).join());
    await downloadFile(session, "f", here.file("f"), { inPlace: true, onProgress });
    expect([...seen].at(-1)).toBe("f");
    expect(readFileSync(here.file("f")).equals(readFileSync(there.file("f")))).toBe(true);
    expect(statSync(here.file("f")).mtimeMs).toBe(Math.floor(statSync(there.file("f")).mtimeMs / 1000) * 1000);
    truncateSync(here.file("f"), 200_000);
    const { bytes } = await downloadFile(session, "f", here.file("f"), { inPlace: true, resume: true });
    expect(bytes).toBe(100_000);
    expect(readFileSync(here.file("f")).equals(readFileSync(there.file("f")))).toBe(true);
  });

  test("a download that is aborted leaves the old file as it was", async () => {
    writeFileSync(there.file("f"), Buffer.alloc(30_000_000, "new"));
    writeFileSync(here.file("f"), "old");
    const session = await open();
    const stop = new AbortController();
    const reason = new Error("enough");
    const work = downloadFile(session, "f", here.file("f"), {
      signal: stop.signal,
      onProgress: () => stop.abort(reason),
    });
    await expect(work).rejects.toBe(reason);
    expect(readFileSync(here.file("f"), "utf8")).toBe("old");
    expect((await session.stat("f")).size).toBe(30_000_000);
  });

  test("the session's own uploadFile resumes behind what is there, and begins again where that is another file", async () => {
    writeFileSync(here.file("f"), Buffer.alloc(300_000, "new"));
    writeFileSync(there.file("same"), Buffer.alloc(200_001, "new"));
    writeFileSync(there.file("other"), Buffer.alloc(200_001, "old"));
    const session = await open();
    const upload = (path: string) => session.uploadFile(here.file("f"), path, { resume: true, inPlace: true });
    expect(await upload("same")).toMatchObject({ bytes: 99_999 });
    expect(await upload("other")).toMatchObject({ bytes: 300_000 });
    for (const name of ["same", "other"]) expect(readFileSync(there.file(name))).toEqual(readFileSync(here.file("f")));
  });

  test("a file or a stream goes up", async () => {
    writeFileSync(here.file("f"), "a file");
    const session = await open();
    await uploadFile(session, here.file("f"), "one", { verify: "hash" });
    const stream = (async function* () {
      yield Buffer.from("a stream");
    })();
    await uploadFile(session, stream, "two");
    expect(["one", "two"].map((name) => readFileSync(there.file(name), "utf8"))).toEqual(["a file", "a stream"]);
    expect(readdirSync(there.path).sort()).toEqual(["one", "two"]);
  });

  test("ensureDirectory makes what is missing; removeDirectory takes all, and neither a file nor the root", async () => {
    const session = await open();
    expect(await ensureDirectory(session, "a/b/c")).toBe(true);
    expect(await ensureDirectory(session, "a/b/c")).toBe(false);
    writeFileSync(there.file("a/b/c/.hidden"), "x");
    writeFileSync(there.file("kept"), "x");
    symlinkSync("../kept", there.file("a/link"));
    await expect(removeDirectory(session, "kept")).rejects.toMatchObject({ code: "FS_NOT_DIRECTORY" });
    for (const path of ["", "/", ".", "~"]) {
      await expect(removeDirectory(session, path)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    }
    const removed: string[] = [];
    expect(await removeDirectory(session, "a", { onRemoved: (path) => removed.push(path) })).toBe(true);
    expect(removed.sort()).toEqual(["a", "a/b", "a/b/c", "a/b/c/.hidden", "a/link"]);
    expect(readdirSync(there.path)).toEqual(["kept"]);
  });
});

test("sessions beside the given one are closed when the directory is done", async () => {
  fill(there);
  const { client, open } = await startFtp();
  let most = 0;
  await downloadDirectory(client, "tree", here.file("tree"), {
    sessions: 4,
    onFile: () => {
      most = Math.max(most, open());
    },
  });
  expect(most).toBeGreaterThan(1);
  expect(await client.quote("NOOP")).toMatchObject({ code: 200 });
  await expect.poll(open).toBe(1);
});

test("a server that takes fewer sessions gets fewer", async () => {
  fill(there);
  const { client } = await startFtp(2);
  const notes: string[] = [];
  const { files: whole } = await downloadDirectory(client, "tree", here.file("tree"), {
    sessions: 4,
    onNote: (text) => notes.push(text),
  });
  expect(whole).toBe(12);
  expect(notes.join()).toMatch(/the server accepts \d sessions and no more/);
  expect(new Set(notes).size).toBe(notes.length);
});

test("sessions that are no whole number are refused", async () => {
  const { client } = await startFtp();
  for (const sessions of [0, 1.5, 1000]) {
    await expect(downloadDirectory(client, "/", here.file("x"), { sessions })).rejects.toMatchObject({
      code: "CONFIG_INVALID",
    });
  }
});

test("transferBetween refuses what is no client of connectFtp", async () => {
  const { client } = await startFtp();
  const stranger = Object.create(null) as FtpClient;
  await expect(transferBetween(client, stranger, "a", "b")).rejects.toMatchObject({ code: "CONFIG_INVALID" });
});

describe.each(openers)("from %s", (_from, open) => {
  test.each(openers)("a file and a directory are copied to %s", async (_to, openOther) => {
    fill(there);
    const [source, destination] = [await open(), await openOther()];
    const { bytes } = await copyFile(source, "tree/0/f0", destination, "copied", { verify: "hash" });
    expect(bytes).toBe(13);
    const seen: string[] = [];
    const result = await copyDirectory(source, "tree", destination, "a/b", {
      sessions: 3,
      onFile: (path, copy) => seen.push(`${path} ${copy}`),
    });
    expect(result).toMatchObject({ files: 12, failed: 0, leftOut: 0 });
    expect(contents(there, "a/b")).toEqual(files);
    expect(readFileSync(there.file("copied"), "utf8")).toBe(files["0/f0"]);
    expect(seen).toContain("tree/1/f10 a/b/1/f10");
  });
});

describe.each(openers)("%s", (_name, open) => {
  test("a file is copied within one session's server", async () => {
    fill(there);
    const session = await open();
    await copyFile(session, "tree/0/f0", session, "copied", { throughHere: true });
    expect(await copyDirectory(session, "tree", session, "copies")).toMatchObject({ files: 12 });
    expect(readFileSync(there.file("copied"), "utf8")).toBe(files["0/f0"]);
    expect(contents(there, "copies")).toEqual(files);
    expect((await session.stat("copied")).type).toBe("file");
  });

  test("a pattern means paths in any directory, and nothing where nothing matches", async () => {
    fill(there);
    const session = await open();
    expect(await matchingPaths(session, "tree/[01]/f{3*,1*}")).toEqual(["tree/0/f3", "tree/1/f1", "tree/1/f10"]);
    expect(await matchingPaths(session, "tree/0/f0/*")).toEqual([]);
    expect(await matchingPaths(session, "no/*")).toEqual([]);
  });
});

describe.each(openers)("%s", (_name, open) => {
  test("a part of a file comes as a stream, and is not compared with the checksum of the whole", async () => {
    writeFileSync(there.file("f"), "0123456789");
    const stream = (await open()).download("f", { offset: 4, verify: "hash" });
    expect(await text(stream)).toBe("456789");
    expect(await stream.result).toMatchObject({ bytes: 6, verified: "size" });
  });
});

test("a checksum that SFTP does not have is refused before anything comes", async () => {
  writeFileSync(there.file("f"), "0123456789");
  const stream = (await startSftp()).download("f", { verify: "CRC32" });
  await expect(text(stream)).rejects.toMatchObject({ code: "NET_UNSUPPORTED" });
});

test("a stream over SFTP goes on over another channel, behind the bytes that have come", async () => {
  writeFileSync(there.file("f"), Buffer.alloc(600_000, "new"));
  const cuts: (() => void)[] = [];
  let reads = 0;
  const session = await startSftpRig({
    files: await openLocalFileSystem({ directory: there.path }),
    onServe: (cut) => cuts.push(cut),
    quirk: ({ type }) => {
      if (type === messages.read) reads += 1;
      if (reads === 5) cuts[0]?.();
      return undefined;
    },
  });
  after.push(async () => await session[Symbol.asyncDispose]());
  const stream = session.download("f", { retries: 1 });
  expect((await buffer(stream)).equals(readFileSync(there.file("f")))).toBe(true);
  expect(await stream.result).toMatchObject({ bytes: 600_000, verified: "size" });
  expect(cuts).toHaveLength(2);
});

test("a session that is none of ours is refused", async () => {
  const foreign = { closed: new Promise(() => {}) } as unknown as ServerSession;
  await expect(downloadFile(foreign, "f", here.file("f"))).rejects.toMatchObject({ code: "CONFIG_INVALID" });
});

test("two FTP servers send to each other where they may, unless the caller wants the bytes to go through this machine", async () => {
  fill(there);
  const [{ client }, { client: other }] = [await startFtp(), await startFtp()];
  expect((await copyFile(client, "tree/0/f0", other, "copied")).how).toBe("third-party");
  expect((await copyFile(client, "tree/0/f0", other, "again", { throughHere: true })).how).toBe("through this machine");
  expect(readFileSync(there.file("again"), "utf8")).toBe(files["0/f0"]);
});

describe("SFTP, which has no ASCII type,", () => {
  test("refuses it in every call, and leaves nothing on either side", async () => {
    writeFileSync(there.file("f"), "a\r\nb\r\n");
    writeFileSync(here.file("up"), "a\nb\n");
    const session = await startSftp();
    const ascii = { type: "ascii" } as const;
    const refused = { code: "CONFIG_INVALID", message: expect.stringContaining("SFTP has no ASCII type") };
    await expect(session.downloadFile("f", here.file("f"), ascii)).rejects.toMatchObject(refused);
    await expect(session.uploadFile(here.file("up"), "up", ascii)).rejects.toMatchObject(refused);
    await expect(text(session.download("f", ascii))).rejects.toMatchObject(refused);
    await expect(copyFile(session, "f", session, "g", ascii)).rejects.toMatchObject(refused);
    expect([readdirSync(here.path), readdirSync(there.path)]).toEqual([["up"], ["f"]]);
  });

  test("gets lines as they are here when an FTP server at the other side converts them", async () => {
    writeFileSync(there.file("f"), "a\nb\n");
    const [{ client }, session] = [await startFtp(), await startSftp()];
    await copyFile(client, "f", session, "from FTP", { type: "ascii" });
    await copyFile(session, "f", client, "from SFTP", { type: "ascii" });
    expect(["from FTP", "from SFTP"].map((name) => readFileSync(there.file(name), "utf8"))).toEqual([
      "a\nb\n",
      "a\nb\n",
    ]);
  });
});
