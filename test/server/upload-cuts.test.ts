// An upload that is cut off, at every stage and in every way: never 226, and with atomic uploads as if it had never been.
import type { Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import type { FileSystem } from "../../src/platform/file-system.ts";
import { limits } from "../../src/protocol/limits.ts";
import { get, names, put } from "../../src/testing/file-system/subject.ts";
import { watchResources } from "../support/resources.ts";
import type { TestClient } from "../support/test-client.ts";
import { until } from "../support/until.ts";
import { type Engine, startEngine } from "./engine.ts";
import { someFiles } from "./odd-files.ts";

watchResources();

let engine: Engine;
afterEach(() => engine[Symbol.asyncDispose]());

const whole = "x".repeat(100_000);

/** How far the upload has come, and what then lies there without atomic uploads. */
const stages: Readonly<Record<string, { readonly sent: string | undefined; readonly left: string }>> = {
  "before the data connection": { sent: undefined, left: "old" },
  "before the first byte": { sent: "", left: "old" },
  "in the middle": { sent: whole.slice(0, 50_000), left: whole.slice(0, 50_000) },
  "after the last byte, before the end-of-file": { sent: whole, left: whole },
};

type Cut = (peer: TestClient, data: Socket | undefined) => Promise<number[]>;

/** What ends it; the codes that come then, where anybody is left to hear them. */
const cuts: Readonly<Record<string, Cut>> = {
  ABOR: async (peer) => {
    peer.send("ABOR");
    return [(await peer.reply()).code, (await peer.reply()).code];
  },
  "a reset of the data connection": async (peer, data) => {
    data?.resetAndDestroy();
    return [(await peer.reply()).code];
  },
  "the end of the client": async (peer) => {
    // As a system closes the sockets of a program that was killed: the older one first.
    peer.socket.destroy();
    peer[Symbol.dispose]();
    return [];
  },
  "a reset of the control connection": async (peer) => {
    peer.socket.resetAndDestroy();
    return [];
  },
  "the end of the server": async (peer) => {
    for (const session of engine.shared.sessions) session.closeNow("This server is closing. Goodbye.");
    return [(await peer.reply()).code];
  },
};

const expected: Readonly<Record<string, readonly number[]>> = {
  ABOR: [426, 226],
  "a reset of the data connection": [426],
  "the end of the server": [421],
};

async function begin(
  files: FileSystem,
  atomicUploads: boolean,
  sent: string | undefined,
): Promise<[TestClient, Socket?]> {
  engine = await startEngine({ files: () => files, atomicUploads });
  const peer = await engine.login();
  await peer.command("TYPE I");
  const port = await peer.passivePort();
  if (sent === undefined) {
    peer.send("STOR a");
    // It waits for the client now.
    await engine.clock.waitedFor(30_000);
    return [peer];
  }
  const data = await peer.connectData({ port });
  expect(await peer.code("STOR a")).toBe(150);
  data.write(sent);
  await arrived(peer, sent.length);
  return [peer, data];
}

/** Resolves when so much has been written. */
async function arrived(peer: TestClient, bytes: number): Promise<void> {
  await until("the bytes to arrive", async () => {
    engine.clock.advance(limits.uploadGatherMs);
    return (await peer.command("STAT")).lines.some((line) => line.includes(` ${bytes} bytes so far`));
  });
}

describe.each([false, true])("atomic uploads: %s", (atomic) => {
  const cases = Object.keys(stages).flatMap((stage) => Object.keys(cuts).map((cut) => [stage, cut] as const));
  const possible = cases.filter(
    ([stage, cut]) => !(stage.includes("data connection") && cut.includes("data connection")),
  );

  test.each(possible)("%s, by %s", async (stage, cut) => {
    const files = await someFiles(1_000_000);
    await put(files, "/a", "old");
    const { sent, left } = stages[stage] ?? { sent: undefined, left: "" };
    const [peer, data] = await begin(files, atomic, sent);
    expect(await cuts[cut]?.(peer, data)).toEqual(expected[cut] ?? []);
    await until("the transfer to end", () =>
      [...engine.shared.sessions].every(({ transfer }) => transfer === undefined),
    );
    await engine.dismiss();
    expect(await get(files, "/a")).toBe(atomic ? "old" : left);
    expect(await names(files, "/")).toEqual(["a", "d"]);
  });
});

test.each(["REST 2", "REST 0"])("with %s and atomic uploads nothing is seen of it before its end", async (rest) => {
  const files = await someFiles();
  engine = await startEngine({ files: () => files, atomicUploads: true });
  const peer = await engine.login();
  await peer.command("TYPE I");
  const data = await peer.passive();
  await peer.command(rest);
  expect(await peer.code("STOR a")).toBe(150);
  data.write("new");
  await arrived(peer, 3);
  expect(await get(files, "/a")).toBe("hello");
  data.end();
  data.resume();
  expect((await peer.reply()).code).toBe(226);
  expect(await get(files, "/a")).toBe(rest === "REST 2" ? "henew" : "new");
});

test("ABOR at any moment is answered, and the session goes on", async () => {
  engine = await startEngine({ files: () => someFiles(1_000_000) });
  const peer = await engine.login();
  await peer.command("TYPE I");
  for (let moment = 0; moment < 60; moment += 1) {
    const data = await peer.passive();
    data.on("data", () => {});
    peer.raw(moment % 2 === 0 ? "RETR a\r\n" : "STOR b\r\n");
    if (moment % 2 === 1) data.write("x".repeat(moment * 1000));
    if (moment % 3 === 0) data.end();
    // Later and later: turns of the event loop, not time.
    for (let turn = 0; turn < moment / 2; turn += 1) await new Promise(setImmediate);
    peer.raw("ABOR\r\nNOOP\r\n");
    const codes: number[] = [];
    while (codes.at(-1) !== 200) codes.push((await peer.reply()).code);
    expect(codes.join(" ")).toMatch(/^(150 )?(226 22[56]|426 226) 200$/);
    data.destroy();
  }
});
