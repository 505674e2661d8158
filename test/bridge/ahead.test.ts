// A client that asks for SIZE before each RETR: the file is opened with its SIZE, and never another one is sent for it.
import { afterEach, beforeEach, expect, test } from "vitest";
import { MemoryFileSystem } from "../../src/index.ts";
import { limits } from "../../src/protocol/limits.ts";
import { messages } from "../../src/ssh/sftp/wire/message-types.ts";
import { names, put } from "../../src/testing/file-system/subject.ts";
import { watchResources } from "../support/resources.ts";
import type { TestClient } from "../support/test-client.ts";
import { until } from "../support/until.ts";
import type { Quirk } from "../transfer/sftp-rig.ts";
import { type Bridge, bridgeToQuirky, now } from "./rig.ts";

watchResources();

const whole = "content ".repeat(limits.sftpPlainDataBytes / 4);

let there: MemoryFileSystem;
let asked: number[];
let bridge: Bridge;
let client: TestClient;

/** Of which it has seen one pair of SIZE and RETR. */
async function start(inPlace = false): Promise<void> {
  there = new MemoryFileSystem({ now });
  asked = [];
  const quirk: Quirk = async ({ type, body }) => {
    const isMissing = type === messages.open && !(await names(there, "/")).includes(body.text().slice(1));
    if (!isMissing) asked.push(type); // nothing is opened then
    return undefined;
  };
  bridge = await bridgeToQuirky({ files: there, quirk }, { inPlace });
  client = await bridge.login();
  await client.ask("TYPE I", 200);
  for (const name of ["a", "b"]) await put(there, `/${name}`, whole);
  await pair("a");
  expect(count(messages.open)).toBe(1);
}

const count = (type: number): number => asked.filter((each) => each === type).length;
const nothingOpen = (): Promise<unknown> =>
  until("nothing is open", () => count(messages.open) + count(messages.opendir) === count(messages.close));

async function pair(name: string, text = whole): Promise<void> {
  await client.ask(`SIZE ${name}`, 213);
  const got = await client.download(`RETR ${name}`);
  expect([got.text === text, got.codes]).toEqual([true, [150, 226]]);
}

beforeEach(() => start());
afterEach(async () => {
  await bridge[Symbol.asyncDispose]();
  await nothingOpen();
});

test("from the second pair on the opening goes with the SIZE, and with RETR a look and the reads", async () => {
  await client.ask("SIZE b", 213);
  await until("it is opened", () => count(messages.open) === 2);
  const before = asked.length;
  const { text } = await client.download("RETR b");
  expect(text === whole).toBe(true);
  expect(count(messages.open)).toBe(2);
  const since = asked.slice(before);
  expect(since.indexOf(messages.read)).toBeLessThan(since.indexOf(messages.stat));
});

test("a file that has the name by then is what is sent", async () => {
  await client.ask("SIZE b", 213);
  await put(there, "/c", "another one");
  await there.rename("/c", "/b", { signal: new AbortController().signal });
  expect(await client.download("RETR b")).toEqual({ text: "another one", codes: [150, 226] });
});

test("a file that is gone by then is 550", async () => {
  await client.ask("SIZE b", 213);
  await there.remove("/b", { signal: new AbortController().signal });
  await client.passive();
  await client.ask("RETR b", 550);
});

test("REST is respected", async () => {
  await client.ask("SIZE b", 213);
  await client.ask("REST 10", 350);
  const { text } = await client.download("RETR b");
  expect(text === whole.slice(10)).toBe(true);
});

test.each(["PWD", "LIST", "SIZE missing", "RETR a", "QUIT"])("%s in place of RETR closes it", async (line) => {
  await client.ask("SIZE b", 213);
  if (line === "LIST" || line.startsWith("RETR")) await client.download(line);
  else await client.code(line);
  if (line === "RETR a") await client.code("PWD");
  await nothingOpen();
});

test("an ABOR behind SIZE and a client that is gone leave nothing open", async () => {
  client.send("SIZE b");
  client[Symbol.dispose]();
  await nothingOpen();
});

test("in place, no file is opened before it is wanted: it may be gone then", async () => {
  await bridge[Symbol.asyncDispose]();
  await start(true);
  await client.ask("SIZE b", 213);
  await client.ask("PWD", 257);
  expect(count(messages.open)).toBe(1);
});
