// How long a file that was opened with its SIZE stays open.
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { MemoryFileSystem, openLocalFileSystem } from "../../src/index.ts";
import { limits } from "../../src/protocol/limits.ts";
import type { FileFacts } from "../../src/protocol/listing/file-facts.ts";
import { Ahead } from "../../src/server/ahead.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { makeTempDir } from "../support/tempdir.ts";
import { startEngine } from "./engine.ts";

const signal = new AbortController().signal;

test("serverAheadMs: what no RETR has taken by then is closed", async () => {
  const clock = new FakeClock();
  const work: Promise<unknown>[] = [];
  const ahead = new Ahead(clock, (each) => work.push(each));
  let open = 0;
  const facts: FileFacts = {
    type: "file",
    size: 0,
    modifiedMs: 0,
    mode: 0o644,
    links: 1,
    owner: "0",
    group: "0",
    id: "1",
  };
  const openAhead = async () => {
    open += 1;
    const dispose = async (): Promise<void> => {
      open -= 1;
    };
    return { facts, take: async () => undefined, [Symbol.asyncDispose]: dispose };
  };
  const files = Object.assign(new MemoryFileSystem({ now: () => 0 }), { openAhead });
  ahead.sized(files, "/a", signal);
  expect(await ahead.take("/a", 0, signal)).toBeUndefined();
  expect(open).toBe(0);
  ahead.sized(files, "/b", signal);
  expect(open).toBe(1);
  clock.advance(limits.serverAheadMs - 1);
  expect(work).toHaveLength(0);
  clock.advance(1);
  await Promise.all(work);
  expect(open).toBe(0);
});

test("a file that is replaced between SIZE and RETR comes as it is now, however often its client has asked for both", async () => {
  const here = makeTempDir("replaced");
  const files = await openLocalFileSystem({ directory: here.path });
  await using engine = await startEngine({ files: () => files });
  const peer = await engine.login();
  await peer.command("TYPE I");
  const got: string[] = [];
  for (const text of ["first", "the second", "3rd"]) {
    writeFileSync(here.file("new"), text);
    renameSync(here.file("new"), here.file("file"));
    got.push((await peer.command("SIZE file")).lines.join(), (await peer.download("RETR file")).text);
  }
  await peer.command("SIZE file");
  writeFileSync(here.file("new"), "replaced");
  renameSync(here.file("new"), here.file("file"));
  got.push((await peer.download("RETR file")).text);
  await peer.command("SIZE file");
  rmSync(here.file("file"));
  expect((await peer.download("RETR file")).codes).toEqual([550]);
  expect(got).toEqual(["213 5", "first", "213 10", "the second", "213 3", "3rd", "replaced"]);
  here.remove();
});
