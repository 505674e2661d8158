import { once } from "node:events";
import { type AddressInfo, connect, createServer, Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { limits } from "../../src/protocol/limits.ts";
import { type BulkReader, bulkReading } from "../../src/ssh/bulk-reading.ts";

const opened: { destroy(): unknown }[] = [];
afterEach(() => {
  for (const one of opened.splice(0)) one.destroy();
});

const fullBytes = 40_000;

/** Reads as Node would call it, of a socket that is never connected. */
function scripted(onBytes: BulkReader["onBytes"] = () => {}) {
  const socket = new Socket();
  opened.push(socket);
  const { buffer, callback } = bulkReading({ socket: () => socket, onBytes, fullBytes: () => fullBytes });
  const room = (): Uint8Array => (typeof buffer === "function" ? buffer() : buffer);
  return { socket, room, read: (count: number) => callback(count, room()) };
}

describe("reading in bulk", () => {
  it("a small piece is followed by the next one at once", () => {
    expect(scripted().read(limits.sshBulkReadBytes - 1)).toBe(true);
  });

  it("half a packet of a stream and more stops reading, and a pause later it is resumed", async () => {
    const { socket, read } = scripted();
    const resumed = once(socket, "resume");
    expect(read(limits.sshBulkReadBytes)).toBe(false);
    await resumed;
  });

  it("a read that left the system's buffer full is followed by the next one at once", () => {
    expect(scripted().read(fullBytes)).toBe(true);
  });

  it("what was read stays as it was", () => {
    const pieces: Uint8Array[] = [];
    const { room, read } = scripted((bytes) => pieces.push(bytes));
    for (let value = 1; value <= 200; value += 1) {
      room().fill(value, 0, 10_000);
      read(10_000);
    }
    expect(pieces.every((piece, index) => piece.length === 10_000 && piece.every((byte) => byte === index + 1))).toBe(
      true,
    );
  });

  it("what a sender sends in any pieces comes whole, and its end behind it", async () => {
    const sent = Buffer.from(Array.from({ length: 1_000_000 }, (_, i) => (i * 2_654_435_761) >>> 13));
    const server = createServer((peer) => {
      for (let at = 0, size = 1; at < sent.length; at += size, size = 1 + ((size * 7) % 90_001)) {
        peer.write(sent.subarray(at, at + size));
      }
      peer.end();
    }).listen(0, "127.0.0.1");
    opened.push({ destroy: () => server.close() });
    await once(server, "listening");
    const pieces: Uint8Array[] = [];
    const socket: Socket = connect({
      host: "127.0.0.1",
      port: (server.address() as AddressInfo).port,
      onread: bulkReading({ socket: () => socket, onBytes: (bytes) => pieces.push(bytes), fullBytes: () => fullBytes }),
    });
    opened.push(socket);
    await once(socket, "end");
    expect(Buffer.concat(pieces).equals(sent)).toBe(true);
  });
});
