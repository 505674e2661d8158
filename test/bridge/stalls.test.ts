// An SFTP server of which an answer never comes: an equal file, or a failure that is told before the client gives up; nothing stays open.
import { expect, test } from "vitest";
import { KeptSftp } from "../../src/bridge/kept-sftp.ts";
import { filesOf } from "../../src/bridge/sftp-files.ts";
import { MemoryFileSystem } from "../../src/index.ts";
import { messages } from "../../src/ssh/sftp/wire/message-types.ts";
import { get, put } from "../../src/testing/file-system/subject.ts";
import { type Engine, startEngine } from "../server/engine.ts";
import { watchResources } from "../support/resources.ts";
import type { TestClient } from "../support/test-client.ts";
import { until } from "../support/until.ts";
import type { Quirk } from "../transfer/sftp-rig.ts";
import { now, type Outcome, quirkyHost, retrieve } from "./rig.ts";

watchResources();

const signal = new AbortController().signal;
const old = "what was there before\n".repeat(6000);
const sent = Array.from({ length: 9000 }, (_, index) => `line ${index}\n`).join("");

const store = async (client: TestClient): Promise<Outcome> => ({
  code: (await client.upload("STOR a", sent)).at(-1) ?? 0,
});
const fetch = (client: TestClient): Promise<Outcome> => retrieve(client, "RETR a");
const list = (client: TestClient): Promise<Outcome> => retrieve(client, "MLSD");
const size = async (client: TestClient): Promise<Outcome> => ({ code: await client.code("SIZE a") });

/** The request that is not answered, and whether the command cannot do without that answer. */
type Row = readonly [
  command: string,
  type: keyof typeof messages,
  run: (client: TestClient) => Promise<Outcome>,
  isNeeded: boolean,
];

const rows: readonly Row[] = [
  ["STOR", "open", store, true],
  ["STOR", "stat", store, true],
  ["STOR", "write", store, true],
  ["STOR", "close", store, true],
  ["RETR", "open", fetch, true],
  ["RETR", "stat", fetch, true],
  ["RETR", "read", fetch, true],
  ["RETR", "close", fetch, false],
  ["SIZE", "stat", size, true],
  ["MLSD", "opendir", list, true],
  ["MLSD", "readdir", list, true],
  ["MLSD", "close", list, false],
];

/** The bridge's clock goes on: fast while the server owes an answer, slowly while others may be at work. */
async function whileTimePasses<T>(engine: Engine, owes: () => boolean, work: Promise<T>): Promise<T> {
  let isOver = false;
  const over = (): void => {
    isOver = true;
  };
  work.then(over, over);
  await until("the client is told", () => {
    if (!isOver) engine.clock.advance(owes() ? 15_000 : 500);
    return isOver;
  });
  return await work;
}

for (const how of ["once", "always"] as const) {
  // What is lost on the way once is read or written on by another session; the rest is the same for both.
  const some = rows.filter(([, type, , isNeeded]) => how === "always" || (isNeeded && !type.startsWith("open")));
  test.each(some)(`%s where %s is not answered (${how})`, async (command, type, run, isNeeded) => {
    const there = new MemoryFileSystem({ now });
    await put(there, "/a", old);
    let [silences, owed, open] = [0, 0, 0];
    let isMended = true;
    const quirk: Quirk = (request) => {
      if (isMended || request.type !== messages[type] || (how === "once" && silences > 0)) return undefined;
      silences += 1;
      owed += 1;
      return [];
    };
    const onServe = (): void => {
      open += 1;
    };
    const onEnd = (): void => {
      open -= 1;
      owed = 0;
    };
    const host = quirkyHost({ files: there, quirk, onServe, onEnd });
    const kept: KeptSftp[] = [];
    const files = async () => {
      const mine = new KeptSftp({ host, sync: false, inPlace: false, clock: engine.clock });
      kept.push(mine);
      return await filesOf(mine, signal);
    };
    await using engine: Engine = await startEngine({ files, opensLate: true, ascii: "binary", idleMs: 10_000_000 });
    const client = await engine.login();
    await client.ask("TYPE I", 200);
    isMended = false;
    const { code, text } = await whileTimePasses(engine, () => owed > 0, run(client));
    expect(silences).toBeGreaterThan(0);
    if (isNeeded && how === "always") expect(code).toBeGreaterThanOrEqual(400);
    if (code === 226 && command === "STOR") expect((await get(there, "/a")) === sent).toBe(true);
    if (command === "RETR") expect(text === (code === 226 ? old : undefined)).toBe(true);
    isMended = true;
    // The same session goes on, by another one with the server if need be.
    const next = await retrieve(client, "RETR a");
    if (command !== "STOR") expect(next).toEqual({ code: 226, text: old });
    expect(await client.code("NOOP")).toBe(200);
    await engine.dismiss();
    for (const each of kept) await each[Symbol.asyncDispose]();
    await until("every session with the server is over", () => open === 0);
  });
}
