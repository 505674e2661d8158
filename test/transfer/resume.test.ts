// The table of docs/reference/resume.md, run: get, put and cp, over FTP and SFTP.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Transferred } from "../../src/client/transfer-options.ts";
import { FtpClient } from "../../src/connect/ftp-client.ts";
import { openLocalFileSystem } from "../../src/filesystem/local/local-file-system.ts";
import { SallyportError } from "../../src/protocol/error.ts";
import { openServer } from "../../src/serve/open-server.ts";
import type { Server } from "../../src/serve/options.ts";
import { fetchFile } from "../../src/transfer/fetch-file.ts";
import { resumeSteps, type Step } from "../../src/transfer/resume-rule.ts";
import type { ServerSession } from "../../src/transfer/server-session.ts";
import { storeFile } from "../../src/transfer/store-file.ts";
import { localSource, remoteSource, type StoreSource } from "../../src/transfer/store-order.ts";
import { makeTempDir, type TempDir } from "../support/tempdir.ts";
import { until } from "../support/until.ts";
import { usersFile } from "../support/users-file.ts";
import { startSftpRig } from "./sftp-rig.ts";

const signal = new AbortController().signal;
const source = Buffer.from(Array.from({ length: 200_000 }, (_, at) => (at * 7 + (at >> 8) * 31) & 255));
const other = Buffer.alloc(200_000, "other");

const page = readFileSync(new URL("../../docs/reference/resume.md", import.meta.url), "utf8");
const rows = page
  .split("\n")
  .filter((line) => /^\| (?!part)[a-z]/.test(line))
  .map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
const cells = rows.flatMap(([part = "", ...steps]) =>
  steps.map((step, column) => ({ part, name: ["none", "shorter", "older", "same"][column] ?? "", step: step as Step })),
);

test("the page and the rule are one table", () => {
  const told = Object.entries(resumeSteps).flatMap(([part, row]) =>
    Object.entries(row).map(([name, step]) => ({ part, name, step })),
  );
  expect(cells).toEqual(told);
});

/** Bytes that move, by the step. A part has 150,000 bytes, a NAME that is shorter 100,000. */
const moved: Readonly<Record<Step, number>> = {
  begin: 200_000,
  "resume part": 50_000,
  "resume name": 100_000,
  "rename part": 0,
  "there already": 0,
};

const parts: Readonly<Record<string, Buffer>> = {
  shorter: source.subarray(0, 150_000),
  whole: source,
  longer: Buffer.concat([source, other]),
  changed: other.subarray(0, 150_000),
};
const names: Readonly<Record<string, Buffer>> = { shorter: source.subarray(0, 100_000), older: other, same: source };

function arrange(directory: string, { part, name }: { part: string; name: string }): void {
  const [partBytes, nameBytes] = [parts[part], names[name]];
  if (partBytes !== undefined) writeFileSync(`${directory}/f.sallyport-part`, partBytes);
  if (nameBytes !== undefined) writeFileSync(`${directory}/f`, nameBytes);
}

let server: Server;
let dir: TempDir;
let ftp: FtpClient;
let sftp: ServerSession;
beforeAll(async () => {
  dir = makeTempDir("resume");
  const files = await openLocalFileSystem({ directory: dir.path, sync: false });
  server = await openServer({ files, passwordFile: usersFile("u", "p"), listen: [{ port: 0 }] });
  ftp = await FtpClient.connect({ host: "127.0.0.1", port: server.listeners[0]?.port ?? 0, user: "u", password: "p" });
  sftp = await startSftpRig({ files });
});
afterAll(async () => {
  await ftp[Symbol.asyncDispose]();
  await sftp[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  dir.remove();
});

let directories = 0;
/** An empty directory of the servers, which are all this machine. */
function fresh(): string {
  directories += 1;
  const name = `${directories}`;
  mkdirSync(dir.file(name));
  writeFileSync(dir.file(`${name}/source`), source);
  mkdirSync(dir.file(`${name}/to`));
  return name;
}

type Way = (directory: string, notes: string[]) => Promise<Transferred>;

const options = (notes: string[]) => ({ signal, resume: true, note: (text: string) => void notes.push(text) });

const get =
  (session: () => ServerSession): Way =>
  (at, notes) =>
    fetchFile(session(), `/${at}/source`, dir.file(`${at}/to/f`), options(notes), () => {});

const put =
  (session: () => ServerSession): Way =>
  (at, notes) =>
    storeFile(session(), localSource(dir.file(`${at}/source`)), `/${at}/to/f`, options(notes));

const copy =
  (from: () => ServerSession, to: () => ServerSession): Way =>
  async (at, notes) => {
    using remote = remoteSource(async () => from(), `/${at}/source`, { signal });
    return await storeFile(to(), remote, `/${at}/to/f`, options(notes));
  };

const ways: Readonly<Record<string, Way>> = {
  "get ftp": get(() => ftp),
  "get sftp": get(() => sftp),
  "put sftp": put(() => sftp),
  "cp sftp": copy(
    () => ftp,
    () => sftp,
  ),
  "put ftp": put(() => ftp),
  "cp ftp": copy(
    () => sftp,
    () => ftp,
  ),
};

describe.each(["get ftp", "get sftp", "put sftp", "cp sftp"])("%s", (way) => {
  test.each(cells)("part $part, name $name: $step", async (cell) => {
    const at = fresh();
    arrange(dir.file(`${at}/to`), cell);
    const result = await ways[way]?.(at, []);
    expect(readFileSync(dir.file(`${at}/to/f`)).equals(source)).toBe(true);
    expect(readdirSync(dir.file(`${at}/to`))).toEqual(["f"]);
    expect({ bytes: result?.bytes, wasThere: result?.wasThere ?? false }).toEqual({
      bytes: moved[cell.step],
      wasThere: cell.step === "there already",
    });
  });
});

describe.each(["put ftp", "cp ftp"])("%s", (way) => {
  test.each(cells.filter(({ part }) => part === "none"))("name $name: $step", async (cell) => {
    const at = fresh();
    arrange(dir.file(`${at}/to`), cell);
    const result = await ways[way]?.(at, []);
    expect(readFileSync(dir.file(`${at}/to/f`)).equals(source)).toBe(true);
    expect(result?.bytes).toBe(moved[cell.step]);
  });
});

describe.each(Object.keys(ways))("%s of a source that was replaced since", (way) => {
  test("begins again, and says so", async () => {
    const at = fresh();
    // The same beginning up to the last 64 KiB of the part: only the note tells.
    const isInPlace = way.startsWith("put ftp") || way.startsWith("cp ftp");
    const place = isInPlace ? "f" : "f.sallyport-part";
    const old = Buffer.concat([Buffer.alloc(50_000), source.subarray(50_000, 150_000)]);
    writeFileSync(dir.file(`${at}/to/${place}`), isInPlace ? other.subarray(0, 150_000) : old);
    if (!isInPlace) writeFileSync(dir.file(`${at}/to/f.sallyport-source`), '{"size":200000,"modifiedMs":86400000}\n');
    const notes: string[] = [];
    await ways[way]?.(at, notes);
    expect(readFileSync(dir.file(`${at}/to/f`)).equals(source)).toBe(true);
    expect(notes.join("\n")).toMatch(/from the beginning/);
    expect(existsSync(dir.file(`${at}/to/f.sallyport-source`))).toBe(false);
  });
});

test("a file that got the time of the source is left alone unread", async () => {
  const at = fresh();
  const time = new Date(1_000_000_000_000);
  writeFileSync(dir.file(`${at}/to/f`), other);
  utimesSync(dir.file(`${at}/source`), time, time);
  utimesSync(dir.file(`${at}/to/f`), time, time);
  expect(await ways["get ftp"]?.(at, [])).toMatchObject({ bytes: 0, wasThere: true });
});

describe("a server that keeps the old file until the new one is whole", () => {
  const old = Buffer.concat([Buffer.alloc(100_000), source.subarray(100_000)]);

  /** Breaks once, when half has been sent, and `isSeen` at the server. */
  function breaking(path: string, isSeen: () => boolean = () => true): StoreSource {
    const whole = localSource(path);
    let hasBroken = false;
    return {
      identify: (ending) => whole.identify(ending),
      seekable: true,
      async *open(offset) {
        yield source.subarray(offset, offset + 50_000);
        if (!hasBroken) {
          await until("what was sent has come", isSeen);
          hasBroken = true;
          throw new SallyportError("NET_RESET", "the line is cut");
        }
        yield source.subarray(offset + 50_000);
      },
    };
  }

  const atomic = async (): Promise<Server> =>
    openServer({
      files: await openLocalFileSystem({ directory: dir.path, sync: false }),
      passwordFile: usersFile("u", "p"),
      listen: [{ port: 0 }],
      atomicUploads: true,
    });
  const clientOf = ({ listeners }: Server): Promise<FtpClient> =>
    FtpClient.connect({ host: "127.0.0.1", port: listeners[0]?.port ?? 0, user: "u", password: "p" });

  test.each([
    ["has its size and its end", old],
    ["is its beginning", source.subarray(0, 100_000)],
  ])("is sent the whole file by the second attempt, when the old one %s", async (_, content) => {
    const at = fresh();
    writeFileSync(dir.file(`${at}/to/f`), content);
    const notes: string[] = [];
    await using server = await atomic();
    await using client = await clientOf(server);
    const order = { ...options(notes), resume: false, retries: 1 };
    const result = await storeFile(client, breaking(dir.file(`${at}/source`)), `/${at}/to/f`, order);
    expect(readFileSync(dir.file(`${at}/to/f`)).equals(source)).toBe(true);
    expect(result.bytes).toBe(200_000);
    expect(notes.join("\n")).toContain("is still the file from before; it is sent again from the beginning");
  });

  test("and refuses to let an old one be gone on with is sent the whole file, and it is told", async () => {
    const at = fresh();
    writeFileSync(dir.file(`${at}/to/f`), source.subarray(0, 100_000));
    const notes: string[] = [];
    await using server = await atomic();
    await using client = await clientOf(server);
    const path = dir.file(`${at}/source`);
    const to = dir.file(`${at}/to`);
    const isSeen = (): boolean =>
      readdirSync(to).some((name) => name !== "f" && statSync(`${to}/${name}`, { throwIfNoEntry: false })?.size);
    const first = storeFile(client, breaking(path, isSeen), `/${at}/to/f`, { ...options(notes), resume: false });
    await expect(first).rejects.toMatchObject({ code: "FTP_TRANSFER" });
    expect(await storeFile(client, localSource(path), `/${at}/to/f`, options(notes))).toMatchObject({ bytes: 200_000 });
    expect(readFileSync(dir.file(`${at}/to/f`)).equals(source)).toBe(true);
    expect(notes.join("\n")).toMatch(/451 f: Append\/Restart not permitted.* is sent again from the beginning/);
  });

  test("by SFTP, written in place, is sent the whole file by the second attempt", async () => {
    const at = fresh();
    writeFileSync(dir.file(`${at}/to/f`), old);
    writeFileSync(dir.file(`${at}/to/f.hidden`), "");
    const notes: string[] = [];
    const files = await openLocalFileSystem({ directory: dir.path, sync: false });
    // What the first attempt writes goes to a separate name.
    const keeping = new Proxy(files, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        if (name !== "openUpdate" && name !== "openWrite") return value.bind(target);
        return (path: string, ...rest: unknown[]) => {
          const isFirst = notes.length === 0;
          return value.call(target, isFirst ? `${path}.hidden` : path, ...rest);
        };
      },
    });
    await using session = await startSftpRig({ files: keeping });
    const order = { ...options(notes), resume: false, retries: 1, inPlace: true };
    await storeFile(session, breaking(dir.file(`${at}/source`)), `/${at}/to/f`, order);
    expect(readFileSync(dir.file(`${at}/to/f`)).equals(source)).toBe(true);
    expect(notes.join("\n")).toContain("is still the file from before");
  });
});
