import { chmodSync, mkdirSync, statSync, symlinkSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { askMemory, offerMemory } from "../../src/tunnel/memory-socket.ts";
import { makeTempDir } from "../support/tempdir.ts";

const where = { host: "127.0.0.1", port: 2001 };
const directory = `sallyport-learned-${process.getuid?.()}`;

test("a tunnel tells its user what it has learned, in a place that is the user's alone, and takes it away at its end", async () => {
  await using temporary = makeTempDir("learned");
  const env = { XDG_RUNTIME_DIR: temporary.path };
  const learned = ["one"];
  const offer = await offerMemory([where, { host: "::1", port: 2001 }], env, () => learned);
  learned.push("two");
  expect(await askMemory(where, env)).toEqual(["one", "two"]);
  expect(await askMemory({ host: "localhost", port: 2001 }, env)).toEqual(["one", "two"]);
  expect(await askMemory({ host: "127.0.0.1", port: 2002 }, env)).toBeUndefined();
  expect(await askMemory({ host: "ftp-host", port: 2001 }, env)).toBeUndefined();
  expect(statSync(temporary.file(directory)).mode & 0o777).toBe(0o700);
  expect(statSync(join(temporary.file(directory), "127.0.0.1-2001")).mode & 0o777).toBe(0o600);
  await offer[Symbol.asyncDispose]();
  expect(await readdir(temporary.path)).toEqual([]);
  expect(await askMemory(where, env)).toBeUndefined();
});

const openToOthers = (path: string): void => {
  mkdirSync(path);
  chmodSync(path, 0o755);
};
const link = (path: string): void => {
  mkdirSync(`${path}-elsewhere`, { mode: 0o700 });
  symlinkSync(`${path}-elsewhere`, path);
};

test.each([
  ["others may enter", openToOthers],
  ["is a link", link],
])("a directory that %s is used by neither", async (_, make) => {
  await using temporary = makeTempDir("learned");
  const env = { XDG_RUNTIME_DIR: temporary.path };
  make(temporary.file(directory));
  await using _offer = await offerMemory([where], env, () => ["secret"]);
  expect(await readdir(temporary.file(directory))).toEqual([]);
  expect(await askMemory(where, env)).toBeUndefined();
});

test("an answer that is none is none", async () => {
  await using temporary = makeTempDir("learned");
  const env = { XDG_RUNTIME_DIR: temporary.path };
  mkdirSync(temporary.file(directory), { mode: 0o700 });
  const server = createServer((socket) => socket.end('{"version":1,"learned":[1]}'));
  await new Promise<void>((resolve) =>
    server.listen(join(temporary.file(directory), "127.0.0.1-2001"), () => resolve()),
  );
  expect(await askMemory(where, env)).toBeUndefined();
  await new Promise((resolve) => server.close(resolve));
});
