import { describe, expect, it } from "vitest";
import { isSallyportError } from "../../../src/protocol/error.ts";
import type { ConnectionMessage } from "../../../src/ssh/connection-protocol/messages.ts";
import { PacketSplitter } from "../../../src/ssh/connection-protocol/packet-splitter.ts";
import { decodePacket, encodePacket, ignorePacket, message } from "../../../src/ssh/connection-protocol/ssh-packets.ts";
import { WireReader } from "../../../src/ssh/connection-protocol/wire-reader.ts";
import { WireWriter } from "../../../src/ssh/connection-protocol/wire-writer.ts";
import { fc } from "../../support/fast-check.ts";

const number = fc.nat(2 ** 32 - 1);
const text = fc.string({ unit: "grapheme" });
const bytes = fc.uint8Array({ maxLength: 300 });
const ends = fc.record({ host: text, port: number, originatorHost: text, originatorPort: number });

const requestOf = (name: string, argument: fc.Arbitrary<string | number | undefined>) =>
  fc.record({
    type: fc.constant("request" as const),
    recipient: number,
    name: fc.constant(name),
    wantReply: fc.boolean(),
    argument,
  });

const openOf = (kind: string, to: fc.Arbitrary<{ host: string } | undefined>) =>
  fc.record({
    type: fc.constant("open" as const),
    kind: fc.constant(kind),
    sender: number,
    window: number,
    packetMax: number,
    ends: to,
  });

const anyMessage = fc.oneof(
  openOf("session", fc.constant(undefined)),
  openOf("direct-tcpip", ends),
  openOf("forwarded-tcpip", ends),
  fc.record({
    type: fc.constant("open-confirmation" as const),
    recipient: number,
    sender: number,
    window: number,
    packetMax: number,
  }),
  fc.record({ type: fc.constant("open-failure" as const), recipient: number, reason: number, description: text }),
  fc.record({ type: fc.constant("window-adjust" as const), recipient: number, bytes: number }),
  fc.record({ type: fc.constant("data" as const), recipient: number, bytes }),
  fc.record({ type: fc.constant("extended-data" as const), recipient: number, kind: number, bytes }),
  fc.record({ type: fc.constantFrom("eof", "close", "success", "failure"), recipient: number }),
  requestOf("exec", text),
  requestOf("subsystem", text),
  requestOf("signal", text),
  requestOf("exit-status", number),
  requestOf("shell", fc.constant(undefined)),
  fc.record({
    type: fc.constant("global-request" as const),
    name: fc.constantFrom("tcpip-forward", "cancel-tcpip-forward"),
    wantReply: fc.boolean(),
    host: text,
    port: number,
  }),
  fc.record({ type: fc.constant("request-success" as const), port: fc.option(number, { nil: undefined }) }),
  fc.record({ type: fc.constant("request-failure" as const) }),
) as fc.Arbitrary<ConnectionMessage>;

const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, inner: unknown) => (inner instanceof Uint8Array ? [...inner] : (inner ?? "undefined"))),
  );

const piecesTogether = (written: ConnectionMessage): Buffer =>
  Buffer.concat(encodePacket(written).filter((piece) => piece !== undefined));

/** What follows the length. */
const bodyOf = (written: ConnectionMessage): Uint8Array => piecesTogether(written).subarray(4);

describe("packets of the connection protocol", () => {
  it("read as what was written, however the bytes are split", () => {
    fc.assert(
      fc.property(fc.array(anyMessage, { maxLength: 10 }), fc.integer({ min: 1, max: 400 }), (messages, size) => {
        const wire = Buffer.concat(messages.map(piecesTogether));
        const splitter = new PacketSplitter(4000);
        const read: unknown[] = [];
        for (let at = 0; at < wire.length; at += size) {
          const piece = Uint8Array.from(wire.subarray(at, at + size));
          splitter.split(piece, (packet) => read.push(plain(decodePacket(packet))));
        }
        expect(read).toEqual(messages.map(plain));
      }),
    );
  });

  it("of little data are one piece, which keeps nothing of their memory", () => {
    const bytes = Buffer.from("226 Transfer complete.");
    const pieces = encodePacket({ type: "data", recipient: 1, bytes });
    bytes.fill(0);
    expect(pieces).toHaveLength(1);
    expect(Buffer.from(pieces[0]).toString("latin1", 14)).toBe("226 Transfer complete.");
  });

  it("of much data are neither copied when they are written nor when they are read", () => {
    const bytes = Buffer.alloc(10_000, 1);
    const [, written] = encodePacket({ type: "data", recipient: 1, bytes });
    expect(written).toBe(bytes);
    const packet = bodyOf({ type: "data", recipient: 1, bytes });
    const read = decodePacket(packet);
    expect(read?.type === "data" && read.bytes.buffer === packet.buffer).toBe(true);
  });

  it("of a direct-tcpip channel name host and port as RFC 4254 section 7.2 wants it", () => {
    const to = { host: "ftp-hôst", port: 21, originatorHost: "127.0.0.1", originatorPort: 0 };
    const open = { type: "open", kind: "direct-tcpip", sender: 3, window: 4, packetMax: 5, ends: to } as const;
    const reader = new WireReader(bodyOf(open));
    expect([reader.byte(), reader.byte(), reader.text()]).toEqual([0, message.channelOpen, "direct-tcpip"]);
    expect([reader.uint32(), reader.uint32(), reader.uint32()]).toEqual([3, 4, 5]);
    expect(Buffer.from(reader.string()).toString("utf8")).toBe("ftp-hôst");
    expect([reader.uint32(), reader.text(), reader.uint32(), reader.isAtEnd]).toEqual([21, "127.0.0.1", 0, true]);
  });

  it("keep the words of a refusal that are no UTF-8, one character a byte", () => {
    const words = Uint8Array.from([0x66, 0xfc, 0x72]);
    const packet = new WireWriter()
      .byte(0)
      .byte(message.channelOpenFailure)
      .uint32(1)
      .uint32(2)
      .string(words)
      .string("");
    expect(decodePacket(packet.payload())).toMatchObject({ reason: 2, description: "für" });
  });

  it.each([message.ignore, message.unimplemented, message.debug])("number %i has no meaning", (type) => {
    expect(decodePacket(new WireWriter().byte(0).byte(type).string("anything").payload())).toBeUndefined();
  });

  it("that mean nothing can be written", () => {
    expect(decodePacket(ignorePacket().subarray(4))).toBeUndefined();
  });

  it.each([
    [
      "a disconnect",
      new WireWriter().byte(0).byte(message.disconnect).uint32(11),
      /message 1, which does not belong here/,
    ],
    ["a key exchange", new WireWriter().byte(0).byte(20), /message 20, which does not belong here/],
    ["one with padding", new WireWriter().byte(4).byte(2), /4 bytes of padding/],
    ["an empty one", new WireWriter(), /ends in the middle of a field/],
    [
      "one that is cut off",
      new WireWriter().byte(0).byte(message.channelData).uint32(1),
      /ends in the middle of a field/,
    ],
  ])("%s is a fault of the peer", (_what, writer, words) => {
    expect(() => decodePacket(writer.payload())).toThrow(
      expect.objectContaining({ code: "SSH_PROTOCOL", message: expect.stringMatching(words) }),
    );
  });

  it("of garbage fail with SSH_PROTOCOL, and with nothing else", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(100), (garbage, type) => {
        for (const packet of [garbage, Uint8Array.from([0, type, ...garbage])]) {
          try {
            decodePacket(packet);
          } catch (error) {
            expect(isSallyportError(error) && error.code === "SSH_PROTOCOL").toBe(true);
          }
        }
      }),
    );
  });
});
