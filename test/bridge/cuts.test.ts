// The connection to the SFTP server is cut at each request of a command in turn: an equal file, or a failure that is told.
import { describe, expect, test } from "vitest";
import { MemoryFileSystem } from "../../src/index.ts";
import { messages } from "../../src/ssh/sftp/wire/message-types.ts";
import { get, names, put } from "../../src/testing/file-system/subject.ts";
import { watchResources } from "../support/resources.ts";
import type { TestClient } from "../support/test-client.ts";
import { until } from "../support/until.ts";
import { type Quirk, refuse } from "../transfer/sftp-rig.ts";
import { bridgeToQuirky, now, type Outcome, retrieve } from "./rig.ts";

watchResources();

const old = "what was there before, and is longer than a line\n".repeat(2000);
const sent = Array.from({ length: 9000 }, (_, index) => `line ${index}\n`).join("");

const signal = new AbortController().signal;

const store =
  (line: string) =>
  async (client: TestClient): Promise<Outcome> => ({ code: (await client.upload(line, sent)).at(-1) ?? 0 });

interface Row {
  readonly name: string;
  readonly run: (client: TestClient) => Promise<Outcome>;
  /** What the file is after success. */
  readonly whole: string;
  readonly atomic?: boolean;
  readonly inPlace?: boolean;
}

const rows: readonly Row[] = [
  { name: "STOR over an old file", run: store("STOR a"), whole: sent },
  { name: "STOR of a new file", run: store("STOR b"), whole: sent },
  { name: "STOR, atomic", run: store("STOR a"), whole: sent, atomic: true },
  { name: "STOR, in place", run: store("STOR a"), whole: sent, inPlace: true },
  { name: "APPE", run: store("APPE a"), whole: old + sent },
  {
    name: "STOR behind REST",
    run: async (client) => {
      await client.ask("REST 5000", 350);
      return await store("STOR a")(client);
    },
    whole: old.slice(0, 5000) + sent,
  },
  { name: "RETR", run: (client) => retrieve(client, "RETR a"), whole: old },
  {
    name: "RETR behind SIZE, again and again",
    run: async (client) => {
      for (let count = 0; ; count += 1) {
        await client.code("SIZE a");
        const outcome = await retrieve(client, "RETR a");
        if (count === 2 || outcome.code !== 226 || outcome.text !== old) return outcome;
      }
    },
    whole: old,
  },
];

/** With the files of each attempt as they are before it. */
async function cutEverywhere({ run, whole, atomic = false, inPlace = false, name }: Row): Promise<void> {
  const there = new MemoryFileSystem({ now });
  let [requests, cutAt, opened] = [0, 0, 0];
  let isCut = false;
  let cut = (): void => {};
  const quirk: Quirk = ({ type, id }) => {
    if (isCut) return refuse(id, 4); // it came with the one that was cut
    if (type === messages.open || type === messages.opendir) opened += 1;
    if (type === messages.close) opened -= 1;
    requests += 1;
    if (requests !== cutAt) return undefined;
    cut();
    isCut = true;
    opened = 0; // the server closes what was open
    return refuse(id, 4);
  };
  const onServe = (breakIt: () => void): void => {
    cut = breakIt;
    isCut = false;
  };
  await using bridge = await bridgeToQuirky({ files: there, quirk, onServe }, { inPlace }, { atomicUploads: atomic });
  const client = await bridge.login();
  await client.ask("TYPE I", 200);
  const file = name.includes("new") ? "b" : "a";
  for (let n = 1; requests >= cutAt; n += 1) {
    for (const left of await names(there, "/")) await there.remove(`/${left}`, { signal });
    await put(there, "/a", old);
    [requests, cutAt] = [0, n];
    const { code, text } = await run(client);
    const left = await names(there, "/");
    const here = left.includes(file) ? await get(there, `/${file}`) : undefined;
    const at = `request ${n}: ${code}`;
    if (code !== 226) expect(code, at).toBeGreaterThanOrEqual(400);
    if (name.startsWith("RETR")) expect(text === (code === 226 ? whole : undefined), at).toBe(true);
    else if (code === 226) expect([here === whole, left.length], at).toEqual([true, file === "b" ? 2 : 1]);
    else if (atomic) expect(here === whole || here === old, at).toBe(true);
    await client.ask("NOOP", 200);
    await until(`nothing is left open (${at})`, () => opened <= 0);
  }
  expect(requests).toBeGreaterThan(3);
}

describe("a cut at each request", () => {
  test.each(rows)("$name", cutEverywhere);
});
