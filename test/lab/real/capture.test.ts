// tcpdump's stream, and the packets in it.
import { expect, test } from "vitest";
import { readPacket } from "../../../src/lab/real/capture/packet.ts";
import { PcapStream } from "../../../src/lab/real/capture/wiretap.ts";

/** A SYN from 10.0.0.1:40000 to 10.0.0.2:21, sequence 0x01020304, seen arriving at interface 100. */
const cooked = Buffer.from("0800000000000064000103060a0b0c0d0e0f0000", "hex");
const ip = Buffer.from("4500002800000000400600000a0000010a000002", "hex");
const tcp = Buffer.from("9c40001501020304000000005002ffff00000000", "hex");
const packet = Buffer.concat([cooked, ip, tcp]);

function stream(...packets: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  const records = packets.map((bytes) => {
    const record = Buffer.alloc(16);
    for (const [index, value] of [5, 250_000, bytes.length, bytes.length].entries())
      record.writeUInt32LE(value, index * 4);
    return Buffer.concat([record, bytes]);
  });
  return Buffer.concat([header, ...records]);
}

test("records come out whole, however the stream is split", () => {
  const bytes = stream(packet, Buffer.from("abc"));
  for (const size of [1, 7, bytes.length]) {
    const reader = new PcapStream();
    const parts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
      bytes.subarray(n * size, (n + 1) * size),
    );
    const records = parts.flatMap((part) => reader.receive(part));
    expect(records.map(({ bytes: content }) => content.toString("hex"))).toEqual([packet.toString("hex"), "616263"]);
    expect(records[0]?.time).toBe(5.25);
  }
});

test("another stream is an error", () => {
  expect(() => new PcapStream().receive(Buffer.alloc(24))).toThrow("no little-endian pcap");
});

test("a SYN is read with its interface, ends and sequence number", () => {
  expect(readPacket(1, packet)).toEqual({
    time: 1,
    interfaceIndex: 100,
    isOutgoing: false,
    from: { host: "10.0.0.1", port: 40_000 },
    to: { host: "10.0.0.2", port: 21 },
    kind: "syn",
    sequence: 0x01020304,
  });
});

test.each([
  ["12", "syn-ack"],
  ["14", "reset"],
  ["04", "reset"],
  ["10", undefined],
])("flags 0x%s are read as %s", (flags, kind) => {
  const other = Buffer.from(packet);
  other[cooked.length + ip.length + 13] = Number.parseInt(flags, 16);
  expect(readPacket(1, other)?.kind).toBe(kind);
});

test("an unreachable destination is read with the sequence number that it is about", () => {
  const icmp = Buffer.concat([Buffer.from("0301000000000000", "hex"), ip, tcp.subarray(0, 8)]);
  const outer = Buffer.from(ip);
  outer[9] = 1;
  expect(readPacket(1, Buffer.concat([cooked, outer, icmp]))).toMatchObject({ kind: "dropped", sequence: 0x01020304 });
});

test("what is cut short or no IPv4 is nothing", () => {
  expect(readPacket(1, packet.subarray(0, 45))).toBeUndefined();
  const arp = Buffer.from(packet);
  arp.writeUInt16BE(0x0806, 0);
  expect(readPacket(1, arp)).toBeUndefined();
});
