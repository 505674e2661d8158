// The further SFTP sessions of one SSH connection that large uploads share, and a server that grants fewer.
import { expect, test } from "vitest";
import { KeptSftp } from "../../src/bridge/kept-sftp.ts";
import { filesOf } from "../../src/bridge/sftp-files.ts";
import { MemoryFileSystem, SallyportError, type SftpFileSystem } from "../../src/index.ts";
import { systemClock } from "../../src/network/system-clock.ts";
import type { FileWriter } from "../../src/platform/file-system.ts";
import { messages } from "../../src/ssh/sftp/wire/message-types.ts";
import { get } from "../../src/testing/file-system/subject.ts";
import { watchResources } from "../support/resources.ts";
import { until } from "../support/until.ts";
import { openRigged } from "../transfer/sftp-rig.ts";
import { now, quirkyHost } from "./rig.ts";

watchResources();

const signal = new AbortController().signal;
const piece = new Uint8Array(1_048_576).map((_, index) => index * 31 + (index >> 12));
const text = Buffer.from(piece).toString("latin1");

interface Rig extends AsyncDisposable {
  readonly there: MemoryFileSystem;
  readonly files: SftpFileSystem;
  /** How many writes each session has carried, in the order in which they were opened. */
  readonly writes: number[];
  /** Sessions that were refused. */
  refused: number;
  /** Sessions that are open. */
  open: number;
}

/** Time passes with each look at the clock, so that every answer comes from afar. `sessionsMax`: MaxSessions of sshd. */
async function start(sessionsMax: number): Promise<Rig> {
  const there = new MemoryFileSystem({ now });
  const writes: number[] = [];
  let nowMs = 0;
  const clock = { ...systemClock, nowMs: () => (nowMs += 20) };
  const counts = { refused: 0, open: 0 };
  const openSubsystem = async () => {
    if (counts.open >= sessionsMax) {
      counts.refused += 1;
      throw new SallyportError("SSH_CHANNEL_REFUSED", "open failed");
    }
    counts.open += 1;
    const session = writes.push(0) - 1;
    return openRigged({
      files: there,
      quirk: ({ type }) => {
        if (type === messages.write) writes[session] = (writes[session] ?? 0) + 1;
        return undefined;
      },
      onEnd: () => {
        counts.open -= 1;
      },
    });
  };
  const host = { ...quirkyHost({ files: there }), openSubsystem };
  const kept = new KeptSftp({ host, sync: false, inPlace: false, clock });
  const files = await filesOf(kept, signal);
  return Object.assign(counts, { there, files, writes, [Symbol.asyncDispose]: () => files[Symbol.asyncDispose]() });
}

/** Returns how many pieces it took. */
async function writeUntil(writer: FileWriter, isEnough: () => boolean): Promise<number> {
  for (let pieces = 0; ; pieces += 1) {
    if (isEnough()) return pieces;
    await writer.write([piece]);
  }
}

test("where the third session is refused a large upload goes on by two, is equal, and does not ask again", async () => {
  await using rig = await start(2);
  for (const [path, refused] of [
    ["/a", 2],
    ["/b", 2],
  ] as const) {
    const before = rig.writes.length;
    const writer = await rig.files.openWrite(path, { signal, start: "truncate" });
    const pieces = await writeUntil(writer, () => (rig.writes[before] ?? 0) > 10);
    await writer.finish();
    expect((await get(rig.there, path)) === text.repeat(pieces)).toBe(true);
    expect([rig.writes.length, rig.refused]).toEqual([before + 1, refused]);
    await writer[Symbol.asyncDispose]();
    await until("the second session is closed behind it", () => rig.open === 1);
  }
});

test("uploads at the same time share the further sessions, which the last of them closes", async () => {
  await using rig = await start(10);
  const [one, other] = await Promise.all(
    ["/a", "/b"].map((path) => rig.files.openWrite(path, { signal, start: "truncate" })),
  );
  if (one === undefined || other === undefined) throw new Error("no file");
  const isSpread = (): boolean => rig.writes.length === 4 && rig.writes.every((count) => count > 10);
  const first = await writeUntil(one, isSpread);
  const before = [...rig.writes];
  const second = await writeUntil(other, () => rig.writes.every((count, index) => count > (before[index] ?? 0) + 10));
  await one.finish();
  expect((await get(rig.there, "/a")) === text.repeat(first)).toBe(true);
  expect([rig.writes.length, rig.open]).toEqual([4, 4]);
  await other.finish();
  expect((await get(rig.there, "/b")) === text.repeat(second)).toBe(true);
  await until("they are closed", () => rig.open === 1);
});
