// The server's side of scp's own protocol, on files in memory.
import { Duplex, PassThrough } from "node:stream";
import { beforeEach, describe, expect, test } from "vitest";
import { MemoryFileSystem } from "../../../src/filesystem/memory/memory-file-system.ts";
import { limits } from "../../../src/protocol/limits.ts";
import { serveScp } from "../../../src/ssh/scp/serve-scp.ts";
import { parseScpCommand } from "../../../src/ssh/scp/wire/command.ts";

const signal = new AbortController().signal;
const dayMs = 86_400_000;

let files: MemoryFileSystem;
beforeEach(() => {
  files = new MemoryFileSystem({ now: () => dayMs });
});

/** What a client gets that says all this at once, and the exit status. */
async function scp(
  command: string,
  said: string,
): Promise<{ readonly told: string; readonly status: number | undefined }> {
  const toServer = new PassThrough();
  const toClient = new PassThrough();
  const stream = Duplex.from({ readable: toServer, writable: toClient });
  let told = "";
  toClient.on("data", (data: Buffer) => {
    told += data.toString("latin1");
  });
  toServer.end(Buffer.from(said, "latin1"));
  const parsed = parseScpCommand(command) ?? "another command";
  const status = await serveScp(stream, parsed, { files, randomName: () => "0123" });
  return { told, status };
}

async function put(path: string, text: string): Promise<void> {
  await using writer = await files.openWrite(path, { signal, start: "truncate" });
  await writer.write([Buffer.from(text, "latin1")]);
  await writer.finish();
}

async function read(path: string): Promise<string> {
  await using reader = await files.openRead(path, { signal, offset: 0 });
  const buffer = Buffer.alloc(reader.facts.size);
  return buffer.subarray(0, await reader.read(buffer)).toString("latin1");
}

async function names(path = "/"): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of files.list(path, { signal })) found.push(name);
  return found.sort();
}

describe("sink", () => {
  test("stores a file, with its mode less what others may write", async () => {
    expect(await scp("scp -t .", "C0666 5 a\nhello\0")).toEqual({ told: "\0\0\0", status: 0 });
    expect(await read("/a")).toBe("hello");
    expect((await files.stat("/a", { signal })).mode).toBe(0o644);
  });

  test("takes the end-of-file for the last OK, as curl sends it", async () => {
    expect(await scp("scp -t new", "C0644 5 a\nhello")).toEqual({ told: "\0\0\0", status: 0 });
    expect(await read("/new")).toBe("hello");
  });

  test("-p keeps mode and time, but never set-user-id", async () => {
    await scp("scp -p -t .", "T1000000 0 7 0\nC4755 2 a\nhi\0");
    expect(await files.stat("/a", { signal })).toMatchObject({ mode: 0o755, modifiedMs: 1_000_000_000 });
  });

  test("-r makes a tree, with the times of its directories", async () => {
    const said = "T1000 0 7 0\nD0750 0 d\nC0644 1 a\nx\0D0755 0 e\nE\nE\nC0644 1 b\ny\0";
    expect(await scp("scp -r -p -t .", said)).toMatchObject({ status: 0 });
    expect([await names(), await names("/d"), await read("/b")]).toEqual([["b", "d"], ["a", "e"], "y"]);
    expect(await files.stat("/d", { signal })).toMatchObject({ mode: 0o750, modifiedMs: 1_000_000 });
  });

  test("hazard: a cut upload: what is not whole has no name, and the old file stays", async () => {
    await put("/a", "old");
    const cut = await scp("scp -t .", "C0644 5 a\nhel");
    expect(cut).toMatchObject({
      status: 1,
      told: expect.stringMatching(/\x02scp: the client went away within a file\n$/),
    });
    expect([await names(), await read("/a")]).toEqual([["a"], "old"]);
  });

  test("a file that the client could not read to its end is none", async () => {
    expect(await scp("scp -t .", "C0644 5 a\n\0\0\0\0\0\x01scp: a: input/output error\nC0644 1 b\nx\0")).toMatchObject({
      status: 1,
    });
    expect(await names()).toEqual(["b"]);
  });

  test.each(["../x", "..", ".", "a/b", "a\x1b[31mb", ""])("hazard: a name that is none: %j", async (name) => {
    const { told, status } = await scp("scp -r -t .", `C0644 1 ${name}\nx\0`);
    expect([told, status]).toEqual(["\0\x02scp: unexpected file name\n", 1]);
    expect(await names()).toEqual([]);
  });

  test("hazard: a path above the root ends at the root", async () => {
    await scp("scp -t ../../../a", "C0644 1 a\nx\0");
    expect(await read("/a")).toBe("x");
  });

  test("a disk that is full is told behind the file, and the next one is taken", async () => {
    files = new MemoryFileSystem({ now: () => dayMs, bytesMax: 4 });
    const { told, status } = await scp("scp -t .", "C0644 5 a\nhello\0C0644 1 b\nx\0");
    expect(told).toMatch(/^\0\0\x01scp: \/a: [^\n]*\n\0\0$/);
    expect([status, await names()]).toEqual([1, ["b"]]);
  });

  test.each([
    ["a directory without -r", "scp -t .", "D0755 0 d\n"],
    ["a directory deeper than the limit", "scp -r -t .", "D0755 0 d\n".repeat(limits.scpDepthMax + 1)],
    ["a line longer than the limit", "scp -t .", `C0644 1 ${"x".repeat(limits.scpLineBytesMax)}\n`],
    ["an end without a beginning", "scp -r -t .", "E\n"],
    ["what is no record", "scp -t .", "GET / HTTP/1.1\n"],
    ["-d, and the target is not a directory", "scp -d -t none", "C0644 1 a\nx\0"],
  ])("%s is fatal", async (_what, command, said) => {
    expect(await scp(command, said)).toMatchObject({ status: 1, told: expect.stringMatching(/\x02scp: [^\n]+\n$/) });
  });
});

describe("source", () => {
  const agreeing = "\0".repeat(50);

  test("sends a file, and with -p its time", async () => {
    await put("/a", "hello");
    await files.setModified("/a", 5000, { signal });
    expect(await scp("scp -f a", agreeing)).toEqual({ told: "C0644 5 a\nhello\0", status: 0 });
    expect((await scp("scp -pf a", agreeing)).told).toBe("T5 0 5 0\nC0644 5 a\nhello\0");
  });

  test("-r sends a tree, sorted", async () => {
    await files.mkdir("/d", { signal });
    await put("/d/b", "2");
    await put("/d/a", "1");
    expect((await scp("scp -r -f d", agreeing)).told).toBe("D0755 0 d\nC0644 1 a\n1\0C0644 1 b\n2\0E\n");
  });

  test("a pattern means what fits it; a quoted one means itself", async () => {
    for (const name of ["a.txt", "b.txt", "c.md", "*"]) await put(`/${name}`, "");
    expect((await scp("scp -f *.txt", agreeing)).told).toBe("C0644 0 a.txt\n\0C0644 0 b.txt\n\0");
    expect((await scp("scp -f '*'", agreeing)).told).toBe("C0644 0 *\n\0");
  });

  test("what is not there, a directory without -r and the root are told, and the rest is sent", async () => {
    await put("/a", "x");
    await files.mkdir("/d", { signal });
    const { told, status } = await scp("scp -f none d / a", agreeing);
    expect(told).toMatch(
      /^\x01scp: \/none: [^\n]+\n\x01scp: \/d: not a regular file\n\x01scp: \/: [^\n]+\nC0644 1 a\nx\0$/,
    );
    expect(status).toBe(1);
  });

  test("hazard: a name with a line feed would be a separate record", async () => {
    await put("/a\nC0644 5 evil", "x");
    expect((await scp("scp -f *", agreeing)).told).toMatch(/^\x01scp: [^\n]*cannot be sent[^\n]*\n$/);
  });

  test("hazard: a file that becomes shorter is aborted, not filled up", async () => {
    await put("/a", "hello");
    const openRead = files.openRead.bind(files);
    files.openRead = async (path, options) => {
      const reader = await openRead(path, options);
      const facts = { ...reader.facts, size: 9 };
      return { facts, read: (buffer) => reader.read(buffer), [Symbol.asyncDispose]: async () => {} };
    };
    expect((await scp("scp -f a", agreeing)).status).toBeUndefined();
  });

  test("a client that goes ends it", async () => {
    await put("/a", "hello");
    expect(await scp("scp -f a", "\0")).toMatchObject({ status: 1 });
  });
});

test("what is no command for this side is told in the protocol, so that no client takes it for an empty file", async () => {
  expect(await scp("scp -3 a b", "")).toEqual({
    told: "\x02scp: -3 is not an option that this server has\n",
    status: 1,
  });
});
