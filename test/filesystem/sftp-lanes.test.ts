// One large file that several SFTP sessions write, on a line that holds more than the window of one.
import { expect, test } from "vitest";
import { makeSftpFileSystem, type SftpFiles } from "../../src/filesystem/sftp/sftp-file-system.ts";
import { MemoryFileSystem } from "../../src/index.ts";
import { systemClock } from "../../src/network/system-clock.ts";
import type { FileWriter } from "../../src/platform/file-system.ts";
import { limits } from "../../src/protocol/limits.ts";
import { SftpClient } from "../../src/ssh/sftp/client/sftp-client.ts";
import { messages, statusCodes } from "../../src/ssh/sftp/wire/message-types.ts";
import { get } from "../../src/testing/file-system/subject.ts";
import { watchResources } from "../support/resources.ts";
import { openRigged, type Quirk, refuse } from "../transfer/sftp-rig.ts";

watchResources();

const signal = new AbortController().signal;
const piece = new Uint8Array(1_048_576).map((_, index) => index * 31 + (index >> 12));
const text = Buffer.from(piece).toString("latin1");

interface Rig extends AsyncDisposable {
  readonly there: MemoryFileSystem;
  readonly files: SftpFiles;
  /** How many writes each session has carried. */
  readonly writes: number[];
  /** Sessions that are open, the first one among them. */
  readonly open: SftpClient[];
  cut(session: number): void;
}

/** Time passes with each look at the clock, so that every answer comes from afar. */
async function start(quirk: (session: number, request: Parameters<Quirk>[0]) => ReturnType<Quirk> = () => undefined) {
  const there = new MemoryFileSystem({ now: () => 0 });
  const writes: number[] = [];
  const cuts: (() => void)[] = [];
  const open: SftpClient[] = [];
  let nowMs = 0;
  const clock = { ...systemClock, nowMs: () => (nowMs += 20) };
  const connect = async (session: number): Promise<SftpClient> => {
    writes[session] = 0;
    const connection = openRigged({
      files: there,
      onServe: (cut) => cuts.push(cut),
      quirk: (request) => {
        if (request.type === messages.write) writes[session] = (writes[session] ?? 0) + 1;
        return quirk(session, request);
      },
    });
    const client = await SftpClient.open({ connection, clock, signal });
    open.push(client);
    return client;
  };
  const client = await connect(0);
  const openLanes = async () => {
    const clients = await Promise.all([1, 2, 3].map(connect));
    return {
      clients,
      [Symbol.asyncDispose]: async () => {
        for (const each of clients) await each[Symbol.asyncDispose]();
        open.length = 1;
      },
    };
  };
  const rig: Rig = {
    there,
    writes,
    open,
    files: makeSftpFileSystem({ client, openLanes }),
    cut: (session) => cuts[session]?.(),
    [Symbol.asyncDispose]: async () => {
      for (const each of open) await each[Symbol.asyncDispose]();
    },
  };
  return rig;
}

/** Returns how many pieces it took. */
async function writeUntil(writer: FileWriter, isEnough: (pieces: number) => boolean): Promise<number> {
  for (let pieces = 0; ; pieces += 1) {
    if (isEnough(pieces)) return pieces;
    await writer.write([piece]);
  }
}

test("a large file is written by four sessions, is whole, and they are closed behind it", async () => {
  await using rig = await start();
  const writer = await rig.files.openWrite("/a", { signal, start: "truncate" });
  const pieces = await writeUntil(writer, () => rig.writes.filter((count) => count > 10).length === 4);
  await writer.finish();
  expect((await get(rig.there, "/a")) === text.repeat(pieces)).toBe(true);
  expect(rig.open).toHaveLength(1);
  expect(writer.mayHaveGaps).toBe(false);
});

test("a smaller one is written by one session, and so is one that goes to a drop box", async () => {
  await using rig = await start();
  const writer = await rig.files.openWrite("/a", { signal, start: "truncate" });
  await writer.write([piece]);
  await writer.finish();
  const [client] = rig.open;
  if (client === undefined) throw new Error("no session");
  const openLanes = () => Promise.reject(new Error("asked for more sessions"));
  const box = await makeSftpFileSystem({ client, inPlace: true, openLanes }).openWrite("/b", {
    signal,
    start: "truncate",
  });
  await writeUntil(box, (pieces) => pieces === 8);
  await box.finish();
  expect(rig.writes).toHaveLength(1);
});

test("what is left of one that was refused a piece ends before its first gap", async () => {
  const [lane, refusedFrom] = [2, 5];
  let seen = 0;
  await using rig = await start((session, { type, id }) => {
    if (session !== lane || type !== messages.write) return undefined;
    seen += 1;
    return seen >= refusedFrom ? refuse(id, statusCodes.failure) : undefined;
  });
  const writer = await rig.files.openWrite("/a", { signal, start: "truncate" });
  await expect(writeUntil(writer, () => false)).rejects.toMatchObject({ code: "FS_FAILED" });
  await writer[Symbol.asyncDispose]();
  expect(writer.mayHaveGaps).toBe(false);
  const left = await get(rig.there, "/a");
  expect(left.length).toBeGreaterThan(limits.sftpOneLaneBytes);
  expect(text.repeat(Math.ceil(left.length / text.length)).startsWith(left)).toBe(true);
});

test("one whose sessions were lost is known to have gaps perhaps", async () => {
  await using rig = await start();
  const writer = await rig.files.openWrite("/a", { signal, start: "truncate" });
  await writeUntil(writer, () => (rig.writes[3] ?? 0) > 0);
  rig.cut(0);
  await expect(writer.finish()).rejects.toMatchObject({ code: "SSH_DISCONNECTED" });
  await writer[Symbol.asyncDispose]();
  expect(writer.mayHaveGaps).toBe(true);
});
