// Where a file ends that is written at an SFTP server whose sizes are wrong: behind what was written, or it is a failure.
import { describe, expect, test } from "vitest";
import { makeSftpFileSystem } from "../../src/filesystem/sftp/sftp-file-system.ts";
import { MemoryFileSystem } from "../../src/index.ts";
import { systemClock } from "../../src/network/system-clock.ts";
import type { WriteStart } from "../../src/platform/file-system.ts";
import { WireWriter } from "../../src/ssh/connection-protocol/wire-writer.ts";
import { SftpClient } from "../../src/ssh/sftp/client/sftp-client.ts";
import { dataReply } from "../../src/ssh/sftp/server/replies.ts";
import { readUint64 } from "../../src/ssh/sftp/wire/attributes.ts";
import { messages, statusCodes } from "../../src/ssh/sftp/wire/message-types.ts";
import { get, put } from "../../src/testing/file-system/subject.ts";
import { watchResources } from "../support/resources.ts";
import { openRigged, type Quirk, refuse } from "../transfer/sftp-rig.ts";

watchResources();

const signal = new AbortController().signal;
const { stat, fstat, fsetstat, setstat, read } = messages;

/** Every file is told to have this size. */
const telling =
  (size: number): Quirk =>
  ({ type, id }) => {
    if (type !== stat && type !== fstat) return undefined;
    const writer = new WireWriter().byte(messages.attrs).uint32(id).uint32(5);
    return [writer.uint32(0).uint32(size).uint32(0o100644).packet()];
  };

const refusing =
  (...types: number[]): Quirk =>
  ({ type, id }) =>
    types.includes(type) ? refuse(id, statusCodes.permissionDenied) : undefined;

const all =
  (...quirks: readonly Quirk[]): Quirk =>
  async (request) => {
    for (const quirk of quirks) {
      const reply = await quirk(request);
      if (reply !== undefined) return reply;
    }
    return undefined;
  };

/** What `/a` has after `old` and then `text` from `start` on, or the code of the failure; and what the server was asked for. */
async function written(
  quirk: Quirk,
  { old, start, text }: { readonly old: string; readonly start: WriteStart; readonly text: string },
): Promise<{ outcome: string; asked: number[] }> {
  const there = new MemoryFileSystem({ now: () => 0 });
  if (old !== "") await put(there, "/a", old);
  const asked: number[] = [];
  const counted: Quirk = (request) => {
    asked.push(request.type);
    return quirk(request);
  };
  const connection = openRigged({ files: there, quirk: counted });
  await using client = await SftpClient.open({ connection, clock: systemClock, signal });
  asked.length = 0;
  try {
    const writer = await makeSftpFileSystem({ client }).openWrite("/a", { signal, start });
    try {
      await writer.write([Buffer.from(text)]);
      await writer.finish();
    } finally {
      await writer[Symbol.asyncDispose]();
    }
    return { outcome: await get(there, "/a"), asked };
  } catch (error) {
    return { outcome: String((error as { code?: unknown }).code), asked };
  }
}

const overLonger = { old: "what was there", start: "truncate", text: "new" } as const;

describe("a server that reports every file as empty", () => {
  const quirk = telling(0);

  test.each([
    ["sets sizes", quirk],
    ["sets sizes and lets nobody read", all(quirk, refusing(read))],
  ])("and %s: a shorter file replaces a longer one whole", async (_, how) => {
    expect((await written(how, overLonger)).outcome).toBe("new");
    expect((await written(how, { ...overLonger, text: "" })).outcome).toBe("");
  });

  test("and gives less than was asked for: a shorter file replaces a longer one whole", async () => {
    const { old, text } = overLonger;
    const inBetween = Buffer.from(text + old.slice(text.length));
    const short: Quirk = ({ type, id, body }) => {
      if (type !== read) return undefined;
      body.string();
      const offset = readUint64(body) ?? 0;
      return offset < inBetween.length ? dataReply(id, inBetween.subarray(offset, offset + 1)) : undefined;
    };
    expect((await written(all(quirk, short), overLonger)).outcome).toBe("new");
  });

  test("and sets none: what is left of the old file is a failure, and a new file is none", async () => {
    const how = all(quirk, refusing(setstat, fsetstat));
    expect((await written(how, overLonger)).outcome).toBe("FS_FAILED");
    expect((await written(how, { ...overLonger, old: "" })).outcome).toBe("new");
    expect((await written(how, { ...overLonger, old: "old" })).outcome).toBe("new");
  });

  test("has what is appended behind what is there", async () => {
    expect((await written(quirk, { old: "one ", start: "append", text: "two" })).outcome).toBe("one two");
  });
});

test("a file is continued where the server tells its size too small, and ends behind what is written", async () => {
  expect((await written(telling(4), { old: "one and more", start: 4, text: "two" })).outcome).toBe("one two");
  expect((await written(telling(4), { old: "one and more", start: "append", text: "!" })).outcome).toBe(
    "one and more!",
  );
});

test("a file that is shorter than the server tells is not continued behind its end", async () => {
  expect((await written(telling(9), { old: "one", start: 5, text: "two" })).outcome).toBe("FS_FAILED");
  expect((await written(telling(9), { old: "one", start: "append", text: " two" })).outcome).toBe("one two");
});

test("a server that has acknowledged more than it has is a failure", async () => {
  const lost: Quirk = ({ type, id }) => (type === messages.write ? refuse(id, statusCodes.ok) : undefined);
  expect((await written(lost, { ...overLonger, old: "" })).outcome).toBe("FS_FAILED");
});

test("an honest server is asked for nothing more than the size, in one flight with the close", async () => {
  const { open, write, close } = messages;
  const { outcome, asked } = await written(() => undefined, { ...overLonger, old: "" });
  expect(outcome).toBe("new");
  expect(asked).toEqual([open, stat, write, fstat, close]);
});
