// A large file of this machine to a client on a fast line: the system sends most of it, and that shows nowhere else.
import { createHash } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";
import type { Socket } from "node:net";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { FileRest } from "../../src/data-connection/file-rest.ts";
import { openLocalFileSystem } from "../../src/filesystem/local/local-file-system.ts";
import { FileSender } from "../../src/network/file-sender.ts";
import { systemClock } from "../../src/network/system-clock.ts";
import type { Connection, SendsFiles } from "../../src/platform/network.ts";
import { limits } from "../../src/protocol/limits.ts";
import { FilePieces } from "../../src/server/file-pieces.ts";
import { sendData } from "../../src/server/send-data.ts";
import { bench, makeEnds } from "../data-connection/pairs.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { describePeers } from "../support/missing.ts";
import { watchResources } from "../support/resources.ts";
import { makeTempDir, type TempDir } from "../support/tempdir.ts";

const bytes = limits.systemSendBehindBytes + limits.systemSendFromBytes + 12_345;
const block = Buffer.alloc(1_000_003, createHash("sha512").update("block").digest());
let dir: TempDir;
let checksum: string;

beforeAll(async () => {
  await bench.prepare();
  dir = makeTempDir("large-downloads");
  const file = openSync(dir.file("large"), "w");
  const hash = createHash("sha1");
  for (let left = bytes; left > 0; left -= block.length) {
    const piece = block.subarray(0, Math.min(left, block.length));
    writeSync(file, piece);
    hash.update(piece);
  }
  closeSync(file);
  checksum = hash.digest("hex");
});
watchResources();
afterEach(() => bench.clear());
afterAll(async () => {
  dir.remove();
  await bench.close();
});

/** As RETR does it, with a clock by which every line is fast. `begun`: the system has taken something. */
async function download(near: Connection, offset: number, signal: AbortSignal) {
  const sender = new FileSender();
  const progress = { bytes: 0 };
  const bySystem: number[] = [];
  let begin = (): void => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const sendFile: SendsFiles["sendFile"] = async (file, position, options) => {
    const moved = (more: number): void => {
      options.moved(more);
      if (more > 0) begin();
    };
    const count = await sender.send(near.stream as Socket, file, position, { ...options, moved });
    bySystem.push(count);
    return count;
  };
  const to = Object.defineProperty(near, "sendFile", { value: sendFile });
  const moved = (more: number): void => {
    progress.bytes += more;
  };
  const files = await openLocalFileSystem({ directory: dir.path });
  const reader = await files.openRead("/large", { offset, signal });
  const rest = new FileRest(to, { clock: new FakeClock(), signal, moved });
  const sent = sendData(new FilePieces(reader, offset, rest), to, { clock: systemClock, signal, progress });
  const done = sent.finally(() => reader[Symbol.asyncDispose]());
  done.catch(() => {});
  return { done, begun, progress, bySystem };
}

/** What Node sends, and a little of what the system does: more is left than both ends' systems keep. */
function readTheBeginning({ stream }: Connection): void {
  let count = 0;
  const read = (piece: Buffer): void => {
    count += piece.length;
    if (count > limits.systemSendBehindBytes) stream.off("data", read).pause();
  };
  stream.on("error", () => {}).on("data", read);
}

describePeers(["perl"], "a large file that the system sends", () => {
  test("comes whole, with its end behind it", async () => {
    const { near, far } = await makeEnds("real sockets");
    const { done, progress, bySystem } = await download(near, 0, new AbortController().signal);
    const hash = createHash("sha1");
    for await (const piece of far.stream) hash.update(piece as Buffer);
    await done;
    expect(hash.digest("hex")).toBe(checksum);
    expect(progress.bytes).toBe(bytes);
    expect(bySystem).toEqual([bytes - limits.systemSendBehindBytes]);
  });

  test("from an offset comes from there", async () => {
    const { near, far } = await makeEnds("real sockets");
    const { done, progress, bySystem } = await download(near, 12_345, new AbortController().signal);
    let count = 0;
    for await (const piece of far.stream) count += (piece as Buffer).length;
    await done;
    expect(count).toBe(bytes - 12_345);
    expect(progress.bytes).toBe(count);
    expect(bySystem).toEqual([limits.systemSendFromBytes]);
  });

  test("is broken off by the signal's reason, and no end of the file follows", async () => {
    const { near, far } = await makeEnds("real sockets");
    const abort = new AbortController();
    const { done, begun } = await download(near, 0, abort.signal);
    let ended = false;
    far.stream.on("end", () => {
      ended = true;
    });
    readTheBeginning(far);
    await begun;
    abort.abort(new Error("ABOR"));
    await expect(done).rejects.toThrow("ABOR");
    near.reset();
    far.stream.resume();
    expect(await far.closed).toMatchObject({ how: "reset" });
    expect(ended).toBe(false);
  });

  test("is broken when the client breaks", async () => {
    const { near, far } = await makeEnds("real sockets");
    const { done, begun, progress } = await download(near, 0, new AbortController().signal);
    readTheBeginning(far);
    await begun;
    far.reset();
    await expect(done).rejects.toMatchObject({ name: "SallyportError" });
    expect(progress.bytes).toBeLessThan(bytes);
  });
});
