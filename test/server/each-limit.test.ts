// Every limit of the server is met once, by one too many; its words say what the limit is.
import { describe, expect, test } from "vitest";
import type { FileSystem } from "../../src/platform/file-system.ts";
import { resolvePath } from "../../src/protocol/file-path.ts";
import { serverLimits } from "../../src/protocol/limits/server-limits.ts";
import { limits } from "../../src/protocol/limits.ts";
import { CheckQueue } from "../../src/serve/passwords.ts";
import { LostUploads } from "../../src/server/lost-uploads.ts";
import { typescriptBelow } from "../static/source-files.ts";
import { gate } from "../support/gate.ts";
import { watchResources } from "../support/resources.ts";
import { startEngine } from "./engine.ts";
import { failingFiles, someFiles } from "./odd-files.ts";
import { comingFrom } from "./odd-networks.ts";

watchResources();

const facts = { type: "file", size: 1, modifiedMs: 0, mode: 0o644 } as const;

/** A root with so many files in it. */
async function crowd(count: number): Promise<FileSystem> {
  const files = await someFiles();
  return {
    ...failingFiles(new Error("not asked for")),
    stat: (path, options) => files.stat(path, options),
    list: async function* () {
      for (let number = 0; number < count; number += 1) yield { name: `${number}`, facts };
    },
  };
}

test("serverSessionsMax", async () => {
  await using engine = await startEngine({ files: () => someFiles(), sessionsMax: 1 });
  await engine.login();
  expect(await (await engine.connect()).reply()).toEqual({
    code: 421,
    lines: ["421 There are too many connected users (1), please try later."],
  });
});

test("serverSessionsPerAddressMax", async () => {
  await using engine = await startEngine({ files: () => someFiles(), sessionsPerAddressMax: 1 });
  await engine.login();
  expect(await (await engine.connect()).reply()).toEqual({
    code: 421,
    lines: ["421 There are too many connections (1) from your internet address."],
  });
});

test("lostUploadsMax", () => {
  const lost = new LostUploads();
  for (let number = 0; number <= limits.lostUploadsMax; number += 1) lost.begin("u", `/${number}`);
  expect([lost.has("u", "/0"), lost.has("u", "/1"), lost.has("other", "/1")]).toEqual([false, true, false]);
});

test("hazard: a flood from one customer: the addresses of an IPv6 /64 are one to serverSessionsPerAddressMax", async () => {
  const front = comingFrom("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1");
  await using engine = await startEngine({ files: () => someFiles(), front, sessionsPerAddressMax: 1 });
  const codes: number[] = [];
  for (let count = 0; count < 3; count += 1) codes.push((await (await engine.connect()).reply()).code);
  expect(codes).toEqual([220, 421, 220]);
});

test("unknownCommandsMax", async () => {
  await using engine = await startEngine({ files: () => someFiles() });
  const peer = await engine.connect();
  await peer.reply();
  for (let count = 1; count < limits.unknownCommandsMax; count += 1) expect(await peer.code("XYZZY")).toBe(500);
  expect((await peer.command("XYZZY")).lines).toEqual(["421 Too many unknown commands. Goodbye."]);
  await peer.closed();
});

test("pathBytesMax", () => {
  const longest = `/${"x".repeat(limits.pathBytesMax - 1)}`;
  expect(resolvePath("/", longest)).toBe(longest);
  expect(() => resolvePath("/", `${longest}x`)).toThrow(expect.objectContaining({ code: "FS_NAME_INVALID" }));
});

test.each([
  [limits.listingEntriesMax, [150, 226]],
  [limits.listingEntriesMax + 1, [451]],
])("listingEntriesMax: NLST by time of %i entries", async (count, codes) => {
  await using engine = await startEngine({ files: () => crowd(count) });
  const peer = await engine.login();
  expect((await peer.download("NLST -t")).codes).toEqual(codes);
  if (codes.length > 1) return;
  expect((await peer.command("LIST -t")).lines).toEqual([
    "451 more than 100000 entries are too many to sort; use MLSD.",
  ]);
});

test("listingSortedEntries: so many are sorted, and what comes behind them is sent as it comes", async () => {
  const count = limits.listingSortedEntries + 2;
  await using engine = await startEngine({ files: () => crowd(count) });
  const peer = await engine.login();
  const { text } = await peer.download("NLST");
  const names = text.trimEnd().split("\r\n");
  expect(names).toHaveLength(count);
  const first = names.slice(0, limits.listingSortedEntries);
  expect(first).toEqual([...first].sort());
  expect(new Set(names).size).toBe(count);
});

test("uniqueNamesMax: STOU gives up where every name is taken", async () => {
  let asked = 0;
  const files: FileSystem = {
    ...failingFiles(new Error("not asked for")),
    stat: async () => {
      asked += 1;
      return facts;
    },
  };
  await using engine = await startEngine({ files: () => files });
  expect((await (await engine.login()).command("STOU")).lines).toEqual(["550 no name is free."]);
  expect(asked).toBe(limits.uniqueNamesMax);
});

test("passwordChecksMax: so many at the same time, the others wait", async () => {
  const queue = new CheckQueue();
  let most = 0;
  let running = 0;
  const gates = Array.from({ length: 10 }, () => gate());
  const checks = gates.map(({ passed }) =>
    queue.run(async () => {
      running += 1;
      most = Math.max(most, running);
      await passed;
      running -= 1;
    }),
  );
  expect(running).toBe(limits.passwordChecksMax);
  for (const { open } of gates) {
    open();
    await new Promise(setImmediate);
  }
  await Promise.all(checks);
  expect(most).toBe(limits.passwordChecksMax);
  expect(running).toBe(0);
});

describe("the list of limits", () => {
  /** Sizes and times of the data path, which nobody meets; what they are worth is measured (bench/). */
  const inside: readonly string[] = [
    "listingBatchEntries",
    "fileChunkBytes",
    "uploadFirstBufferBytes",
    "tlsSessionsMax",
  ];

  test("has no limit that is in no test", () => {
    const tests = typescriptBelow("test").map(({ text }) => text);
    const named = (name: string): boolean =>
      tests.some((text) => text.includes(`limits.${name}`) || text.includes(`test("${name}"`));
    const unnamed = Object.keys(serverLimits).filter((name) => !inside.includes(name));
    expect(unnamed.filter((name) => !named(name))).toEqual([]);
  });
});
