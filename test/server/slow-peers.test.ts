// Slow readers, slow disks, slow writers, and those that stop: memory stays bounded, the others are served.
import { afterEach, expect, test } from "vitest";
import type { FileReader, FileSystem, FileWriter } from "../../src/platform/file-system.ts";
import { limits } from "../../src/protocol/limits.ts";
import { get } from "../../src/testing/file-system/subject.ts";
import { gate } from "../support/gate.ts";
import { watchResources } from "../support/resources.ts";
import { textOf } from "../support/test-client.ts";
import { until } from "../support/until.ts";
import { type Engine, startEngine } from "./engine.ts";
import { failingFiles, someFiles } from "./odd-files.ts";

watchResources();

let engine: Engine;
afterEach(() => engine[Symbol.asyncDispose]());

/** What two systems' sockets may hold, and what the server has read ahead. */
const underwayBytesMax = 32_000_000;

/** Resolves when a figure has not changed in ten looks. */
async function settled(figure: () => number): Promise<number> {
  let last = -1;
  let same = 0;
  await until("the figure to settle", () => {
    same = figure() === last ? same + 1 : 0;
    last = figure();
    return same >= 10;
  });
  return last;
}

/** One file without end, and how much of it has been read. */
function endless(): { files: FileSystem; read: () => number; open: () => number } {
  let bytes = 0;
  let open = 0;
  const facts = { type: "file", size: 2 ** 50, modifiedMs: 0, mode: 0o644 } as const;
  const openRead = async (): Promise<FileReader> => {
    open += 1;
    let closed = false;
    return {
      facts,
      read: async (buffer) => {
        bytes += buffer.length;
        return buffer.length;
      },
      [Symbol.asyncDispose]: async () => {
        if (!closed) open -= 1;
        closed = true;
      },
    };
  };
  const files = { ...failingFiles(new Error("not asked for")), stat: async () => facts, openRead };
  return { files, read: () => bytes, open: () => open };
}

test("a client that does not read makes the server stop reading, and nobody else wait", async () => {
  const { files, read, open } = endless();
  engine = await startEngine({ files: (user) => (user === "slow" ? files : someFiles()) });
  const peer = await engine.login("slow");
  await peer.command("TYPE I");
  const data = await peer.passive();
  data.pause();
  expect(await peer.code("RETR endless")).toBe(150);
  expect(await settled(read)).toBeLessThan(underwayBytesMax);
  expect((await (await engine.login()).download("RETR a")).text).toBe("hello");
  const ending = textOf(data).catch((error) => error.code);
  engine.clock.advance(2 * limits.serverDataStallMs);
  expect((await peer.reply()).lines[0]).toMatch(/^426 .*no byte has moved for 120 s/);
  data.resume();
  expect(await ending).toBe("ECONNRESET");
  await until("the file to be closed", () => open() === 0);
});

test("a client that reads slowly gets every byte", async () => {
  const files = await someFiles(10_000_000);
  engine = await startEngine({ files: () => files });
  const peer = await engine.login();
  await peer.command("TYPE I");
  const text = Array.from({ length: 300_000 }, (_, index) => String.fromCharCode(97 + (index % 26))).join("");
  expect(await peer.upload("STOR big", text)).toEqual([150, 226]);
  const data = await peer.passive();
  data.pause();
  expect(await peer.code("RETR big")).toBe(150);
  let got = "";
  await until("all of it", () => {
    got += (data.read(10_000) ?? data.read() ?? "").toString("latin1");
    return got.length >= text.length;
  });
  expect(got === text).toBe(true);
  data.resume();
  data.end();
  expect((await peer.reply()).code).toBe(226);
});

test("a disk that does not write makes the client wait, and everything arrives when it does", async () => {
  const files = await someFiles(100_000_000);
  const disk = gate();
  const slowDisk: FileSystem = {
    ...failingFiles(new Error("not asked for")),
    openWrite: async (path, options): Promise<FileWriter> => {
      const writer = await files.openWrite(path, options);
      return {
        write: async (pieces) => {
          await disk.passed;
          await writer.write(pieces);
        },
        finish: () => writer.finish(),
        [Symbol.asyncDispose]: () => writer[Symbol.asyncDispose]() as Promise<void>,
      };
    },
  };
  engine = await startEngine({ files: () => slowDisk });
  const peer = await engine.login();
  await peer.command("TYPE I");
  const data = await peer.passive();
  expect(await peer.code("STOR big")).toBe(150);
  const piece = Buffer.alloc(1_000_000, "x");
  for (let count = 0; count < 60; count += 1) data.write(piece);
  const taken = await settled(() => {
    engine.clock.advance(1);
    return data.bytesWritten - data.writableLength;
  });
  expect(taken).toBeLessThan(underwayBytesMax + limits.uploadBufferBytes);
  expect(await peer.code("NOOP")).toBe(200);
  disk.open();
  data.end();
  data.resume();
  expect((await peer.reply()).code).toBe(226);
  expect((await files.stat("/big", { signal: new AbortController().signal })).size).toBe(60_000_000);
});

test("a client that writes a byte at a time is taken at its word", async () => {
  const files = await someFiles();
  engine = await startEngine({ files: () => files });
  const peer = await engine.login();
  await peer.command("TYPE A");
  const data = await peer.passive();
  data.setNoDelay(true);
  expect(await peer.code("STOR slow")).toBe(150);
  for (const byte of "one\r\ntwo\r\n\r\nthree") {
    await new Promise<void>((resolve) => data.write(byte, () => resolve()));
    engine.clock.advance(limits.uploadGatherMs);
  }
  data.end();
  data.resume();
  expect((await peer.reply()).code).toBe(226);
  expect(await get(files, "/slow")).toBe("one\ntwo\n\nthree");
});

test("a command that comes a byte at a time is one command, and so are two in one piece", async () => {
  engine = await startEngine({ files: () => someFiles() });
  const peer = await engine.login();
  for (const byte of "SITE HELP\r\n") {
    peer.raw(byte);
    await new Promise(setImmediate);
  }
  expect((await peer.reply()).code).toBe(214);
  peer.raw("NOOP\r\nPWD\r\n");
  expect([(await peer.reply()).code, (await peer.reply()).code]).toEqual([200, 257]);
});

test("a client that reads no replies is hung up on", async () => {
  engine = await startEngine({ files: () => someFiles() });
  const peer = await engine.login();
  peer.socket.pause();
  await until("the session to end", async () => {
    peer.raw("HELP\r\n".repeat(200));
    await new Promise(setImmediate);
    return engine.shared.sessions.size === 0;
  });
});
