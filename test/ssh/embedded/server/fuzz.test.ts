// No bytes of a client that has not logged in crash the server or keep it from serving others.
import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { systemClock } from "../../../../src/network/system-clock.ts";
import type { Clock } from "../../../../src/platform/clock.ts";
import { limits } from "../../../../src/protocol/limits.ts";
import { fc } from "../../../support/fast-check.ts";
import { patienceMs } from "../../../support/patience.ts";
import { watchResources } from "../../../support/resources.ts";
import { startSshServer } from "../../../support/ssh-server.ts";
import { rawClient } from "./raw-client.ts";

watchResources();

/** A packet before encryption (RFC 4253 section 6). */
function framed(payload: Uint8Array): Buffer {
  const padding = 8 - ((5 + payload.length) % 8) + (8 - ((5 + payload.length) % 8) < 4 ? 8 : 0);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(1 + payload.length + padding);
  head[4] = padding;
  return Buffer.concat([head, payload, Buffer.alloc(padding)]);
}

const string = (bytes: Uint8Array | string): Buffer => {
  const body = Buffer.from(bytes as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
};

/** RFC 4253 section 7.1: one algorithm of each kind. */
function keyExchangeInit(exchange: string): Buffer {
  const lists = [exchange, "ssh-ed25519", ...Array(2).fill("aes128-ctr"), ...Array(2).fill("hmac-sha2-256")];
  const all = [...lists, "none", "none", "", ""].map((list) => string(list));
  return framed(Buffer.concat([Buffer.from([20]), Buffer.alloc(16), ...all, Buffer.alloc(5)]));
}

const exchanges = fc.constantFrom(
  "curve25519-sha256",
  "ecdh-sha2-nistp256",
  "diffie-hellman-group14-sha256",
  "diffie-hellman-group-exchange-sha256",
  "no-such-exchange",
);
const type = fc.constantFrom(1, 2, 3, 4, 5, 6, 20, 21, 30, 31, 32, 33, 34, 50, 60, 61, 80, 90, 94, 98, 255);
const field = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => string(bytes)),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
);
const packet = fc
  .tuple(type, fc.array(field, { maxLength: 4 }))
  .map(([first, fields]) => framed(Buffer.concat([Buffer.from([first]), ...fields])));
const dialogue = fc.oneof(
  fc.uint8Array({ maxLength: 2000 }).map((bytes) => [Buffer.from(bytes)]),
  fc.tuple(exchanges.map(keyExchangeInit), fc.array(packet, { maxLength: 5 })).map(([init, more]) => [init, ...more]),
);

test("whatever is sent before the login, the next client is served", async () => {
  // Who only sends noise has no time; the client behind it has all that there is.
  let loginMs = 300;
  const clock: Clock = {
    ...systemClock,
    after: (delayMs, callback) => systemClock.after(delayMs === limits.sshServerLoginMs ? loginMs : delayMs, callback),
  };
  const server = await startSshServer({ clock, connectionsPerAddressMax: 1000, connectionsMax: 1000 });
  await fc.assert(
    fc.asyncProperty(dialogue, async (packets) => {
      const socket = connect(server.port, "127.0.0.1");
      socket.on("error", () => {});
      socket.resume();
      socket.write("SSH-2.0-Fuzz\r\n");
      for (const each of packets) socket.write(each);
      socket.end();
      await once(socket, "close");
    }),
    { numRuns: 150 },
  );
  loginMs = patienceMs;
  await using _client = await rawClient(server.port);
  expect(server.events.some(({ type }) => type === "ssh-server.login")).toBe(true);
  await server.stop();
});
