// Uploads inside TLS: half a file never passes for a whole one, and a client that only writes loses nothing.
import { once } from "node:events";
import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { connect as connectTls } from "node:tls";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { makeCertificatePair } from "../support/certificate.ts";
import { fc } from "../support/fast-check.ts";
import { watchResources } from "../support/resources.ts";
import type { TestClient } from "../support/test-client.ts";
import { until } from "../support/until.ts";
import { type Engine, startEngine } from "./engine.ts";
import { someFiles } from "./odd-files.ts";

watchResources();

let tls: { certificate: Buffer; key: Buffer };
let engine: Engine;
let peer: TestClient;
beforeAll(() => {
  tls = makeCertificatePair();
});
beforeEach(async () => {
  engine = await startEngine({ files: () => someFiles(10_000_000), tls });
  peer = await engine.connect();
  await peer.reply();
  await peer.command("AUTH TLS");
  await peer.secure();
  for (const line of ["USER x", "PASS secret", "PBSZ 0", "PROT P", "TYPE I"]) await peer.command(line);
});
afterEach(() => engine[Symbol.asyncDispose]());

/** STOR, up to the handshake; the socket below and TLS on it. */
async function uploading(version: "TLSv1.2" | "TLSv1.3"): Promise<[Socket, Socket]> {
  const below = await peer.passive();
  expect(await peer.code("STOR up")).toBe(150);
  const data = connectTls({ socket: below, rejectUnauthorized: false, minVersion: version, maxVersion: version });
  peer.keep(data);
  await once(data, "secureConnect");
  return [below, data];
}

const versions = ["TLSv1.2", "TLSv1.3"] as const;

test.each(versions)("%s: one that is reset behind any byte is 426", async (version) => {
  for (const bytes of [0, 1, 16_384, 16_500, 65_536, 100_000, 131_072, 500_001]) {
    const [below, data] = await uploading(version);
    await new Promise<void>((resolve) => data.write(Buffer.alloc(bytes, "x"), () => resolve()));
    below.resetAndDestroy();
    expect([bytes, (await peer.reply()).code]).toEqual([bytes, 426]);
  }
  expect(await peer.code("NOOP")).toBe(200);
});

test.each(versions)("%s: the server sends nothing behind the handshake until the client has ended", async (version) => {
  const [below, data] = await uploading(version);
  const read = below.bytesRead;
  for (let count = 0; count < 20; count += 1) {
    await new Promise<void>((resolve) => data.write(Buffer.alloc(10_000, "x"), () => resolve()));
  }
  peer.send("STAT");
  await peer.reply();
  expect(below.bytesRead).toBe(read);
  data.end();
  data.resume();
  expect(await peer.reply()).toMatchObject({ code: 226 });
  expect((await peer.command("SIZE up")).lines).toEqual(["213 200000"]);
  const close = await until("the end", () => engine.events.find(({ type }) => type === "data.close"));
  expect(close).toMatchObject({ bytes: 200_000, close: { by: "remote", how: "fin" } });
});

/** A client that says close_notify, and closes only when the server has said it too: Python's `unwrap()`, Java. */
function keepingOpen(below: Socket): Duplex {
  const pipe = new Duplex({
    read: () => void below.resume(),
    write: (bytes, _encoding, done) => void below.write(bytes, done),
    final: (done) => done(),
    allowHalfOpen: true,
  });
  below.on("data", (bytes) => pipe.push(bytes));
  below.on("end", () => pipe.push(null));
  return pipe;
}

test.each(versions)("%s: a client that waits for close_notify before it closes gets it", async (version) => {
  const below = await peer.passive();
  expect(await peer.code("STOR up")).toBe(150);
  const socket = keepingOpen(below) as Socket;
  const data = connectTls({ socket, rejectUnauthorized: false, minVersion: version, maxVersion: version });
  peer.keep(data);
  await once(data, "secureConnect");
  data.resume();
  data.end("hello");
  await once(data, "end");
  expect((await peer.reply()).code).toBe(226);
  below.end();
  expect((await peer.command("SIZE up")).lines).toEqual(["213 5"]);
});

test("one that ends in order without close_notify is taken, as such clients are many", async () => {
  const [below, data] = await uploading("TLSv1.2");
  await new Promise<void>((resolve) => data.write("hello again", () => resolve()));
  below.end();
  expect((await peer.reply()).code).toBe(226);
  expect((await peer.command("SIZE up")).lines).toEqual(["213 11"]);
});

test("no bytes in place of a handshake crash the server, on the control connection or for data", async () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    // What begins as a TLS record gets further.
    fc.uint8Array({ maxLength: 60 }).map((rest) => Uint8Array.of(22, 3, 1, 0, rest.length, ...rest)),
  );
  await fc.assert(
    fc.asyncProperty(bytes, async (noise) => {
      const other = await engine.connect();
      await other.reply();
      expect(await other.code("AUTH TLS")).toBe(234);
      other.raw(noise);
      other.socket.end();
      const data = await peer.passive();
      expect(await peer.code("STOR noise")).toBe(150);
      data.write(noise);
      data.end();
      expect((await peer.reply()).lines[0]).toMatch(
        /^425 Can't open data connection: the TLS handshake with \S+ failed: /,
      );
      data.destroy();
      other[Symbol.dispose]();
    }),
    { numRuns: 25 },
  );
  await until("the sessions to end", () => engine.shared.sessions.size === 1);
});
