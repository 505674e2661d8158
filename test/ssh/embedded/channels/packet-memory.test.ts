import { describe, expect, it } from "vitest";
import { type PacketCipher, PacketMemory } from "../../../../src/ssh/embedded/channels/packet-memory.ts";

const tagBytes = 16;

/** As ssh2 makes a packet of AES-GCM (RFC 5647): the length is not encrypted, and blocks have 16 bytes. */
function allocPacket(payload: number): Buffer {
  const least = 16 - ((1 + payload) % 16);
  const padding = least < 4 ? least + 16 : least;
  const packet = Buffer.alloc(5 + payload + padding + tagBytes);
  packet.writeUInt32BE(1 + payload + padding, 0);
  packet[4] = padding;
  return packet;
}

/** A socket of which the test says how much the system has taken. */
function bench() {
  const sink = { writable: true, writableLength: 0 };
  const waiting: { readonly packet: Buffer; readonly value: number }[] = [];
  let value = 0;
  const cipher: PacketCipher = {
    allocPacket,
    _onWrite: (packet) => {
      if (!sink.writable) return;
      waiting.push({ packet, value });
      sink.writableLength += packet.length;
    },
  };
  const memory = new PacketMemory(sink);
  memory.serve(cipher);
  return {
    sink,
    memory,
    cipher,
    waiting,
    send: (payload: number): Buffer => {
      const packet = cipher.allocPacket(payload);
      value = (value + 1) % 251;
      packet.fill(value);
      cipher._onWrite(packet);
      return packet;
    },
    /** The system takes the oldest, which must be as it was written. */
    take: (): boolean => {
      const oldest = waiting.shift();
      sink.writableLength -= oldest?.packet.length ?? 0;
      return oldest?.packet.every((byte) => byte === oldest.value) ?? true;
    },
  };
}

describe("the memory of packets", () => {
  it("is laid out as ssh2 does it, whatever their length", () => {
    const { cipher } = bench();
    for (let payload = 16_380; payload < 16_440; payload += 1) {
      const ours = cipher.allocPacket(payload);
      const theirs = allocPacket(payload);
      expect(ours.length).toBe(theirs.length);
      expect(ours.subarray(0, 5)).toEqual(theirs.subarray(0, 5));
    }
  });

  it("has other random bytes as padding each time", () => {
    const { cipher } = bench();
    const paddings = Array.from({ length: 3000 }, () => {
      const packet = cipher.allocPacket(32_768);
      return packet.subarray(5 + 32_768, packet.length - tagBytes).toString("hex");
    });
    expect(new Set(paddings).size).toBe(paddings.length);
  });

  it("is not used again before the system has taken it, with small packets in between and another cipher", () => {
    const { memory, cipher, send, take, waiting } = bench();
    for (let round = 0; round < 300; round += 1) {
      send(32_768);
      if (round % 3 === 0) send(20);
      if (round % 50 === 0) memory.serve(cipher); // a second time changes nothing
      const kept = Math.abs((round % 40) - 20);
      while (waiting.length > kept) expect(take()).toBe(true);
    }
  });

  it("is used again then", () => {
    const { send, take } = bench();
    const first = send(32_768);
    const second = send(32_768);
    take();
    const third = send(32_768);
    expect(third.buffer).toBe(first.buffer);
    expect(third.buffer).not.toBe(second.buffer);
  });

  it("is used no more once the socket is ending, where nobody can count", () => {
    const { sink, send, take } = bench();
    const written = [send(32_768), send(32_768)];
    sink.writable = false;
    const later = Array.from({ length: 5 }, () => send(32_768));
    for (const one of later) expect(written.map(({ buffer }) => buffer)).not.toContain(one.buffer);
    expect([take(), take()]).toEqual([true, true]);
  });
});
