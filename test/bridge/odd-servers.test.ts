// SFTP servers that tell little, refuse much, or take files away: equal files or a failure that is told.
import { describe, expect, test } from "vitest";
import { MemoryFileSystem } from "../../src/index.ts";
import { bytesFromLatin1 } from "../../src/protocol/latin1.ts";
import { WireWriter } from "../../src/ssh/connection-protocol/wire-writer.ts";
import { messages, type StatusCode, statusCodes } from "../../src/ssh/sftp/wire/message-types.ts";
import { get, names, put } from "../../src/testing/file-system/subject.ts";
import { watchResources } from "../support/resources.ts";
import { type TestClient, textOf } from "../support/test-client.ts";
import { type Quirk, refuse, type SftpRigOptions } from "../transfer/sftp-rig.ts";
import { bridgeToQuirky, now, retrieve } from "./rig.ts";

watchResources();

const files = (): MemoryFileSystem => new MemoryFileSystem({ now });
const content = "drop me ".repeat(20_000);
const looks: readonly number[] = [messages.stat, messages.lstat, messages.fstat];
const changes: readonly number[] = [messages.setstat, messages.fsetstat];

/** Refuses these requests. */
const refusing =
  (types: readonly number[], code: StatusCode = statusCodes.permissionDenied): Quirk =>
  ({ type, id }) =>
    types.includes(type) ? refuse(id, code) : undefined;

const isRename = ({ type, body }: Parameters<Quirk>[0]): boolean =>
  type === messages.rename || (type === messages.extended && body.text() === "posix-rename@openssh.com");

async function binary(client: TestClient): Promise<TestClient> {
  await client.ask("TYPE I", 200);
  return client;
}

test.each([
  ["every look at a file", looks],
  ["setstat", changes],
  ["realpath", [messages.realpath]],
  ["looks, changes, realpath and directories", [...looks, ...changes, messages.realpath, messages.opendir]],
])("a server that refuses %s takes and gives files", async (_, types) => {
  const there = files();
  await using bridge = await bridgeToQuirky({ files: there, quirk: refusing(types) });
  const client = await binary(await bridge.login());
  await put(there, "/a", `${content} and more`);
  await client.ask("CWD /", 250);
  expect(await client.upload("STOR a", content)).toEqual([150, 226]);
  expect(await get(there, "/a")).toBe(content);
  expect(await client.download("RETR a")).toEqual({ text: content, codes: [150, 226] });
  expect(await client.upload("STOU", "one")).toEqual([150, 226]);
});

test("--in-place asks for nothing but open, write and close", async () => {
  const asked: number[] = [];
  const there = files();
  const quirk: Quirk = ({ type }) => void asked.push(type);
  await using bridge = await bridgeToQuirky({ files: there, quirk }, { inPlace: true });
  const client = await binary(await bridge.login());
  asked.length = 0;
  expect(await client.upload("STOR a", content)).toEqual([150, 226]);
  const { open, write, close } = messages;
  expect([...new Set(asked)]).toEqual([open, write, close]);
  expect(await get(there, "/a")).toBe(content);
});

test("a box that takes files at their close gets the name itself, and 226 is said", async () => {
  const there = files();
  const taken: string[] = [];
  const quirk: Quirk = ({ type, body, id }) => {
    if (type === messages.close) {
      void there.remove("/x.csv", { signal: new AbortController().signal });
      return refuse(id, statusCodes.ok);
    }
    if (type === messages.open) taken.push(body.text());
    return undefined;
  };
  await using bridge = await bridgeToQuirky({ files: there, quirk }, { inPlace: true });
  const client = await binary(await bridge.login());
  expect(await client.upload("STOR x.csv", content)).toEqual([150, 226]);
  expect(taken).toEqual(["/x.csv"]);
});

describe("atomic uploads", () => {
  test("take their name in one step, and leave nothing after an abort", async () => {
    const there = files();
    await put(there, "/a", "old");
    await using bridge = await bridgeToQuirky({ files: there }, {}, { atomicUploads: true });
    const client = await binary(await bridge.login());
    const data = await client.passive();
    client.send("STOR a");
    await client.expect(150);
    data.write(content);
    data.resetAndDestroy();
    await client.expect(426);
    expect(await names(there, "/")).toEqual(["a"]);
    expect(await get(there, "/a")).toBe("old");
    expect(await client.upload("STOR a", content)).toEqual([150, 226]);
    expect(await get(there, "/a")).toBe(content);
  });

  test("that cannot take their name are no 226, and their part is removed", async () => {
    const there = files();
    const quirk: Quirk = (request) =>
      isRename(request) ? refuse(request.id, statusCodes.permissionDenied) : undefined;
    await using bridge = await bridgeToQuirky({ files: there, quirk }, {}, { atomicUploads: true });
    const client = await binary(await bridge.login());
    expect(await client.upload("STOR a", content)).toEqual([150, 550]);
    expect(await names(there, "/")).toEqual([]);
  });
});

test("a write or a close that is refused is no 226", async () => {
  for (const type of [messages.write, messages.close]) {
    const there = files();
    await using bridge = await bridgeToQuirky({ files: there, quirk: refusing([type], statusCodes.failure) });
    const client = await binary(await bridge.login());
    expect(await client.upload("STOR a", content)).toEqual([150, 451]);
  }
});

test("a file that has no size, or says 0, is sent whole; SIZE and MDTM do not invent any", async () => {
  for (const told of ["nothing", "zero"]) {
    const there = files();
    await put(there, "/a", content);
    const quirk: Quirk = ({ type, id }) => {
      if (!looks.includes(type)) return undefined;
      const writer = new WireWriter().byte(messages.attrs).uint32(id);
      return [
        (told === "nothing"
          ? writer.uint32(4).uint32(0o100644)
          : writer.uint32(5).uint32(0).uint32(0).uint32(0o100644)
        ).packet(),
      ];
    };
    await using bridge = await bridgeToQuirky({ files: there, quirk });
    const client = await binary(await bridge.login());
    expect(await client.download("RETR a")).toEqual({ text: content, codes: [150, 226] });
    if (told === "nothing") {
      await client.ask("SIZE a", 504);
      await client.ask("MDTM a", 504);
    }
  }
});

/** No two pieces of it are alike. */
const numbered = Array.from({ length: 120_000 }, (_, index) => `line ${index}\n`).join("");

const orders: readonly (readonly [name: string, reorder: <T>(replies: readonly T[]) => readonly T[]])[] = [
  ["in reverse", (replies) => [...replies].reverse()],
  [
    "shuffled",
    (replies) => {
      const step = [7, 5, 3, 2].find((each) => replies.length % each !== 0) ?? 1;
      return replies.map((_, index) => replies[(index * step + 1) % replies.length] as (typeof replies)[number]);
    },
  ],
];

test.each(orders)("what is in flight is answered %s: files are equal both ways", async (_, reorder) => {
  const there = files();
  let most = 0;
  const counted: SftpRigOptions["reorder"] = (replies) => {
    most = Math.max(most, replies.length);
    return reorder(replies);
  };
  await using bridge = await bridgeToQuirky({ files: there, reorder: counted });
  const client = await binary(await bridge.login());
  expect(await client.upload("STOR a", numbered)).toEqual([150, 226]);
  expect((await get(there, "/a")) === numbered).toBe(true);
  expect(most).toBeGreaterThan(2);
  most = 0;
  const { text, codes } = await client.download("RETR a");
  expect([text === numbered, codes]).toEqual([true, [150, 226]]);
  expect(most).toBeGreaterThan(2);
});

/** Every file is told to have this size. */
const telling =
  (size: number): Quirk =>
  ({ type, id }) => {
    if (!looks.includes(type)) return undefined;
    return [
      new WireWriter().byte(messages.attrs).uint32(id).uint32(5).uint32(0).uint32(size).uint32(0o100644).packet(),
    ];
  };

const [tooLittle, tooMuch] = [content.length - 100_000, content.length + 100_000];

test("a server that tells sizes too small has its files sent whole, and SIZE says what it tells", async () => {
  const there = files();
  await put(there, "/a", content);
  await using bridge = await bridgeToQuirky({ files: there, quirk: telling(tooLittle) });
  const client = await binary(await bridge.login());
  for (let count = 0; count < 2; count += 1) {
    expect(await client.ask("SIZE a", 213)).toBe(`213 ${tooLittle}`);
    expect(await client.download("RETR a")).toEqual({ text: content, codes: [150, 226] });
  }
  await client.ask("REST 5", 350);
  expect(await client.download("RETR a")).toEqual({ text: content.slice(5), codes: [150, 226] });
});

test("a file that ends before the size that was told is no 226, and its data connection is reset", async () => {
  const there = files();
  await put(there, "/a", content);
  await using bridge = await bridgeToQuirky({ files: there, quirk: telling(tooMuch) });
  const client = await binary(await bridge.login());
  // SIZE opens the file ahead.
  for (const before of ["NOOP", "SIZE a", "REST 5"]) {
    client.send(before);
    await client.reply();
    expect(await retrieve(client, "RETR a")).toEqual({ code: 451, text: undefined });
  }
});

test.each([
  ["too little", tooLittle],
  ["too much", tooMuch],
  ["0", 0],
])("a server that tells %s of every size takes files whole, over an old one and behind it", async (_, size) => {
  const there = files();
  await using bridge = await bridgeToQuirky({ files: there, quirk: telling(size) });
  const client = await binary(await bridge.login());
  for (const old of ["", "short", `${content} and more`]) {
    await put(there, "/a", old);
    expect(await client.upload("STOR a", content)).toEqual([150, 226]);
    expect((await get(there, "/a")) === content).toBe(true);
  }
  expect(await client.upload("APPE a", "the end")).toEqual([150, 226]);
  expect((await get(there, "/a")) === `${content}the end`).toBe(true);
});

test("what is appended with --atomic-uploads keeps what is there, whatever its size is told to be", async () => {
  const there = files();
  await put(there, "/a", content);
  await using bridge = await bridgeToQuirky({ files: there, quirk: telling(0) }, {}, { atomicUploads: true });
  const client = await binary(await bridge.login());
  expect(await client.upload("APPE a", "the end")).toEqual([150, 226]);
  expect((await get(there, "/a")) === `${content}the end`).toBe(true);
});

test("an old file of which something may be left is no 226 where no size is told right and none is set", async () => {
  const there = files();
  await put(there, "/a", `${content} and more`);
  const quirk: Quirk = (request) => telling(0)(request) ?? refusing(changes)(request);
  await using bridge = await bridgeToQuirky({ files: there, quirk });
  const client = await binary(await bridge.login());
  expect(await client.upload("STOR a", content)).toEqual([150, 451]);
  expect(await client.upload("STOR b", content)).toEqual([150, 226]);
});

test("--in-place replaces an old file whole where the server says 0 of every size and sets none", async () => {
  const there = files();
  await put(there, "/a", `${content} and more`);
  const quirk: Quirk = (request) => telling(0)(request) ?? refusing(changes)(request);
  await using bridge = await bridgeToQuirky({ files: there, quirk }, { inPlace: true });
  const client = await binary(await bridge.login());
  expect(await client.upload("STOR a", content)).toEqual([150, 226]);
  expect(await get(there, "/a")).toBe(content);
});

test("short reads are put together in order", async () => {
  const there = files();
  const text = Array.from({ length: 3000 }, (_, index) => `line ${index}\n`).join("");
  await put(there, "/a", text);
  const quirk: Quirk = ({ type, id, body }) => {
    if (type !== messages.read) return undefined;
    body.text();
    const offset = body.uint32() * 2 ** 32 + body.uint32();
    const wanted = Math.min(body.uint32(), 700);
    const bytes = bytesFromLatin1(text.slice(offset, offset + wanted));
    if (bytes.length === 0) return refuse(id, statusCodes.endOfFile);
    return [new WireWriter().byte(messages.data).uint32(id).string(bytes).packet()];
  };
  await using bridge = await bridgeToQuirky({ files: there, quirk });
  const client = await binary(await bridge.login());
  expect(await client.download("RETR a")).toEqual({ text, codes: [150, 226] });
});

test("names that a listing must not have end it as a failure, and none of them is shown", async () => {
  const there = files();
  let isSent = false;
  const quirk: Quirk = ({ type, id }) => {
    if (type !== messages.readdir || isSent) return undefined;
    isSent = true;
    const writer = new WireWriter().byte(messages.name).uint32(id).uint32(2);
    for (const name of ["good", "../bad"]) writer.string(name).string(name).uint32(0);
    return [writer.packet()];
  };
  await using bridge = await bridgeToQuirky({ files: there, quirk });
  const client = await bridge.login();
  const data = await client.passive();
  client.send("MLSD");
  await client.expect(150);
  await expect(textOf(data)).rejects.toMatchObject({ code: "ECONNRESET" });
  await client.expect(550);
});

/** SFTP's statuses, and what an FTP client gets of each. */
test.each([
  ["noSuchFile", 550],
  ["permissionDenied", 550],
  ["failure", 451],
  ["badMessage", 553],
  ["unsupported", 504],
] as const)("the status %s is the reply %i", async (status, reply) => {
  const there = files();
  const quirk: Quirk = ({ type, id }) =>
    type === messages.remove || type === messages.lstat ? refuse(id, statusCodes[status]) : undefined;
  await using bridge = await bridgeToQuirky({ files: there, quirk });
  const client = await bridge.login();
  await client.ask("DELE a", reply);
});

test.each([
  ["ok", [150, 226]],
  ["failure", [150, 451]],
] as const)("--fsync: the server is asked before the close, and %s of it is %j", async (status, codes) => {
  const there = files();
  const asked: string[] = [];
  const quirk: Quirk = ({ type, id, body }) => {
    if (type === messages.close) asked.push("close");
    if (type !== messages.extended || body.text() !== "fsync@openssh.com") return undefined;
    asked.push("fsync");
    return refuse(id, statusCodes[status]);
  };
  await using bridge = await bridgeToQuirky(
    { files: there, quirk, extensions: { "fsync@openssh.com": "1" } },
    { sync: true },
  );
  const client = await binary(await bridge.login());
  expect(await client.upload("STOR a", content)).toEqual(codes);
  expect(asked).toEqual(["fsync", "close"]);
  expect(await get(there, "/a")).toBe(content);
});
