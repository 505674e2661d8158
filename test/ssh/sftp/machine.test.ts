// The client's machine: numbers, kinds and sizes of answers; and whatever else a server may say.

import { describe, expect, test } from "vitest";
import { isSallyportError } from "../../../src/protocol/error.ts";
import { limits } from "../../../src/protocol/limits.ts";
import { WireWriter } from "../../../src/ssh/connection-protocol/wire-writer.ts";
import { SftpClientMachine, type SftpEvent } from "../../../src/ssh/sftp/wire/client-machine.ts";
import { messages, statusCodes } from "../../../src/ssh/sftp/wire/message-types.ts";
import { type Request, requests } from "../../../src/ssh/sftp/wire/requests.ts";
import { fc } from "../../support/fast-check.ts";

const handle = Uint8Array.of(7);
const message = (type: number, id: number): WireWriter => new WireWriter().byte(type).uint32(id);
const status = (id: number, code: number): Uint8Array =>
  message(messages.status, id).uint32(code).string("words").string("en").packet();
const data = (id: number, bytes: number): Uint8Array =>
  message(messages.data, id).string(new Uint8Array(bytes)).packet();
const version = (number = 3, ...extensions: string[]): Uint8Array =>
  extensions.reduce((w, text) => w.string(text), new WireWriter().byte(messages.version).uint32(number)).packet();

function ready(): SftpClientMachine {
  const machine = new SftpClientMachine();
  machine.receive(version());
  return machine;
}

/** Asks, answers with what `answer` makes of the number, and gives the one event of it. */
function answered(request: Request, answer: (id: number) => Uint8Array): SftpEvent | undefined {
  const machine = ready();
  const { id } = machine.ask(request);
  const [event, ...more] = machine.receive(answer(id));
  expect(more).toEqual([]);
  return event;
}

const broken = { type: "failed", error: expect.objectContaining({ code: "SSH_PROTOCOL" }) };

describe("the client's machine", () => {
  test("begins with the version and hears of the extensions", () => {
    const machine = new SftpClientMachine();
    expect(machine.start()).toEqual(new WireWriter().byte(messages.init).uint32(3).packet());
    expect(machine.receive(version(3, "a@b", "1", "c@d", "2"))).toEqual([
      {
        type: "ready",
        extensions: new Map([
          ["a@b", "1"],
          ["c@d", "2"],
        ]),
      },
    ]);
  });

  test.each([version(2), version(6), status(0, 0), version(3, "half a pair")])(
    "takes no other first message",
    (bytes) => {
      expect(new SftpClientMachine().receive(bytes)).toEqual([broken]);
    },
  );

  test("gives answers in whatever order they come, each to its request", () => {
    const machine = ready();
    const [a, b] = [machine.ask(requests.read(handle, 0, 10)), machine.ask(requests.remove("/x"))];
    expect(machine.receive(Buffer.concat([status(b.id, 2), data(a.id, 10)]))).toMatchObject([
      { type: "reply", id: b.id, reply: { type: "status", code: 2, words: "words" } },
      { type: "reply", id: a.id, reply: { type: "data" } },
    ]);
    expect(machine.unanswered).toBe(0);
  });

  test("puts an answer that comes in pieces into the memory that its request has for it", () => {
    const machine = ready();
    const memory = new Uint8Array(100);
    const { id } = machine.ask(requests.read(handle, 0, 10, () => memory));
    const answer = data(id, 10);
    const events = [...machine.receive(answer.slice(0, 12)), ...machine.receive(answer.slice(12))];
    expect(events).toMatchObject([{ reply: { type: "data", bytes: new Uint8Array(10) } }]);
    const [event] = events;
    expect(event?.type === "reply" && event.reply.type === "data" && event.reply.bytes.buffer).toBe(memory.buffer);
  });

  test.each([
    ["one that comes as a whole", 100, [] as number[]],
    ["one that is larger than it", 18, [12]],
    ["one of which the number has not come yet", 100, [7]],
  ])("leaves that memory alone for %s", (_what, bytes, cuts) => {
    const machine = ready();
    const memory = new Uint8Array(bytes).fill(1);
    const { id } = machine.ask(requests.read(handle, 0, 10, () => memory));
    const answer = data(id, 10);
    const pieces = [0, ...cuts].map((from, index) => answer.slice(from, cuts[index]));
    expect(pieces.flatMap((piece) => machine.receive(piece))).toMatchObject([{ reply: { bytes: new Uint8Array(10) } }]);
    expect(memory).toEqual(new Uint8Array(bytes).fill(1));
  });

  test.each<[string, Request, (id: number) => Uint8Array]>([
    ["an answer to nothing", requests.remove("/x"), (id) => status(id + 1, 0)],
    ["more data than was asked for", requests.read(handle, 0, 10), (id) => data(id, 11)],
    ["no data", requests.read(handle, 0, 10), (id) => data(id, 0)],
    ["OK in place of data", requests.read(handle, 0, 10), (id) => status(id, statusCodes.ok)],
    [
      "a handle in place of data",
      requests.read(handle, 0, 10),
      (id) => message(messages.handle, id).string("h").packet(),
    ],
    [
      "a handle that is too long",
      requests.open("/x", 1),
      (id) => message(messages.handle, id).string("h".repeat(257)).packet(),
    ],
    ["no name", requests.readdir(handle), (id) => message(messages.name, id).uint32(0).packet()],
    [
      "more names than there are",
      requests.readdir(handle),
      (id) => message(messages.name, id).uint32(0xffff_ffff).packet(),
    ],
    ["a message that does not exist", requests.remove("/x"), (id) => message(99, id).packet()],
    [
      "a message that is too long",
      requests.remove("/x"),
      () => new WireWriter().uint32(limits.sftpPacketBytesMax + 1).payload(),
    ],
    ["a message without a number", requests.remove("/x"), () => new WireWriter().byte(messages.status).packet()],
  ])("takes %s for a breach of protocol", (_, request, answer) => {
    expect(answered(request, answer)).toEqual(broken);
  });

  test("answers a request once", () => {
    const machine = ready();
    const { id } = machine.ask(requests.remove("/x"));
    expect(machine.receive(Buffer.concat([status(id, 0), status(id, 0)]))).toEqual([
      expect.objectContaining({ type: "reply" }),
      broken,
    ]);
    expect(machine.receive(status(id, 0))).toEqual([]);
  });

  test("takes no more requests than the limit", () => {
    const machine = ready();
    for (let at = 0; at < limits.sftpRequestsMax; at += 1) machine.ask(requests.remove("/x"));
    expect(() => machine.ask(requests.remove("/x"))).toThrow(expect.objectContaining({ code: "FS_FAILED" }));
  });

  test("skips attributes that nobody knows", () => {
    const answer = (id: number): Uint8Array =>
      message(messages.attrs, id).uint32(0x8000_0001).uint32(1).uint32(2).uint32(1).string("a").string("b").packet();
    expect(answered(requests.stat("/x"), answer)).toMatchObject({ reply: { attributes: { size: 2 ** 32 + 2 } } });
  });
});

describe("whatever a server sends", () => {
  const asked: readonly Request[] = [
    requests.read(handle, 0, 10),
    requests.readdir(handle),
    requests.open("/x", 1),
    requests.stat("/x"),
    requests.statvfs("/"),
    requests.remove("/x"),
  ];
  const packet = fc
    .record({
      type: fc.constantFrom(...Object.values(messages)),
      id: fc.nat(8),
      body: fc.uint8Array({ maxLength: 60 }),
    })
    .map(({ type, id, body }) => message(type, id).raw(body).packet());
  const noise = fc.array(fc.oneof(packet, fc.uint8Array({ maxLength: 20 })), { maxLength: 8 });
  const shown = (events: readonly SftpEvent[]): unknown[] =>
    events.map((event) => (event.type === "failed" ? event.error.message : event));

  test("is an answer or a breach of protocol, and nothing else; the same however it is split", () => {
    fc.assert(
      fc.property(noise, fc.integer({ min: 1, max: 9 }), (pieces, step) => {
        const bytes = Buffer.concat(pieces);
        const [whole, split] = [ready(), ready()];
        for (const machine of [whole, split]) for (const request of asked) machine.ask(request);
        const events = whole.receive(bytes);
        const inPieces: SftpEvent[] = [];
        for (let at = 0; at < bytes.length; at += step) inPieces.push(...split.receive(bytes.subarray(at, at + step)));
        expect(shown(inPieces)).toEqual(shown(events));
        for (const event of events) {
          expect(["reply", "failed"]).toContain(event.type);
          if (event.type === "failed") expect(isSallyportError(event.error) && event.error.code).toBe("SSH_PROTOCOL");
        }
      }),
      { numRuns: 500 },
    );
  });
});
