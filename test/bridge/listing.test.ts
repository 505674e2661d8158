// A directory of 50,000 entries through the bridge: lines leave while the server is still listing.
import { expect, test } from "vitest";
import { MemoryFileSystem } from "../../src/index.ts";
import { WireWriter } from "../../src/ssh/connection-protocol/wire-writer.ts";
import { messages, statusCodes } from "../../src/ssh/sftp/wire/message-types.ts";
import { put } from "../../src/testing/file-system/subject.ts";
import { gate } from "../support/gate.ts";
import { watchResources } from "../support/resources.ts";
import { textOf } from "../support/test-client.ts";
import { until } from "../support/until.ts";
import { type Quirk, refuse } from "../transfer/sftp-rig.ts";
import { bridgeToQuirky, now } from "./rig.ts";

watchResources();

const perBatch = 100;
const batches = 500;
/** With it a listing is more than the socket buffers between us and a client hold. */
const longTail = "x".repeat(248);

/** The same in every batch: what is tested is how many they are. */
function batchOf(tail: string): Uint8Array {
  const writer = new WireWriter().uint32(perBatch);
  for (let index = 0; index < perBatch; index += 1) {
    const name = `${index}${tail}`;
    writer.string(name).string(name).uint32(4).uint32(0o100644);
  }
  return writer.payload();
}

/** The server's answers to READDIR; `beforeLast` is passed before the last batch is given. */
function crowd(
  tail: string,
  beforeLast: () => Promise<void> = async () => {},
): {
  readonly quirk: Quirk;
  given: number;
  open: number;
} {
  const batch = batchOf(tail);
  const seen = { given: 0, open: 0, quirk: undefined as unknown as Quirk };
  seen.quirk = async ({ type, id }) => {
    if (type === messages.opendir) seen.open += 1;
    if (type === messages.close) seen.open -= 1;
    if (type !== messages.readdir) return undefined;
    if (seen.given === batches) return refuse(id, statusCodes.endOfFile);
    if (seen.given === batches - 1) await beforeLast();
    seen.given += 1;
    return [new WireWriter().byte(messages.name).uint32(id).raw(batch).packet()];
  };
  return seen;
}

test.each(["LIST", "MLSD"])(
  "%s: lines are there before the last batch is given, and all of them at the end",
  async (verb) => {
    const first = gate();
    const server = crowd("", () => first.passed);
    await using bridge = await bridgeToQuirky({ files: new MemoryFileSystem({ now }), quirk: server.quirk });
    const client = await bridge.login();
    const data = await client.passive();
    client.send(verb);
    data.once("data", () => first.open());
    const text = await textOf(data);
    expect(text.split("\r\n")).toHaveLength(perBatch * batches + 1);
    await client.expect(150);
    await client.expect(226);
    await until("the directory is closed", () => server.open === 0);
  },
);

test("a client that does not read a listing holds the server back, and one that goes leaves no directory open", async () => {
  const server = crowd(longTail);
  await using bridge = await bridgeToQuirky({ files: new MemoryFileSystem({ now }), quirk: server.quirk });
  const client = await bridge.login();
  const data = await client.passive();
  client.send("MLSD");
  await client.expect(150);
  data.pause();
  let before = -1;
  await until("the server is asked no more", async () => {
    const isSame = server.given === before;
    before = server.given;
    for (let count = 0; count < 50; count += 1) await client.ask("NOOP", 200);
    return isSame && server.given === before;
  });
  expect(server.given).toBeLessThan(batches);
  data.resetAndDestroy();
  await client.expect(426);
  await until("the directory is closed", () => server.open === 0);
});

test("what a path is and what is in it are asked for together", async () => {
  const there = new MemoryFileSystem({ now });
  await put(there, "/a", "");
  const opened = gate();
  let asked = "";
  const quirk: Quirk = async ({ type }) => {
    if (type === messages.stat || type === messages.opendir) asked += ` ${type}`;
    // The look is not answered before the directory was asked for, which comes in the same flight or never.
    if (type === messages.opendir) opened.open();
    return undefined;
  };
  await using bridge = await bridgeToQuirky({ files: there, quirk });
  const client = await bridge.login();
  asked = "";
  expect((await client.download("LIST")).text).toMatch(/ a\r\n$/);
  expect(asked).toBe(` ${messages.opendir} ${messages.stat}`);
  expect((await client.download("LIST a")).text).toMatch(/ a\r\n$/);
});
