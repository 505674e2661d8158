// The bytes of an upload, at the pace of the line.
import { Duplex } from "node:stream";
import { afterEach, expect, test } from "vitest";
import { type Pieces, sendData } from "../../src/client/send-data.ts";
import { StreamConnection } from "../../src/platform/stream-connection.ts";
import { limits } from "../../src/protocol/limits.ts";
import { FakeClock } from "../support/fake-clock.ts";

const stallMs = 60_000;
const lines: SlowLine[] = [];
afterEach(() => {
  for (const line of lines.splice(0)) line.data.reset();
});

/** A data connection that takes of what is written what the test lets it take. */
class SlowLine {
  readonly clock = new FakeClock();
  readonly data: StreamConnection;
  /** Of the piece that is being written. */
  left = 0;
  #done: () => void = () => {};

  constructor() {
    const stream = new Duplex({
      read: () => {},
      write: (bytes: Uint8Array, _encoding, done) => {
        this.left = bytes.length;
        this.#done = done;
      },
    });
    const end = { host: "127.0.0.1", port: 1 };
    const breakOff = (): void => void stream.destroy();
    const untaken = (): number => this.left;
    this.data = new StreamConnection({ stream, local: end, remote: end, clock: this.clock, breakOff, untaken });
    lines.push(this);
  }

  /** So many bytes leave, in so much time. */
  async take(bytes: number, inMs: number): Promise<void> {
    await turn(); // whoever sends has begun to wait
    this.left -= bytes;
    if (this.left === 0) this.#done();
    await turn();
    this.clock.advance(inMs);
  }

  send(...pieces: Uint8Array[]): Promise<void> {
    const source: Pieces = { next: () => pieces.shift(), stop: async () => {} };
    return sendData(this.data, source, { clock: this.clock, stallMs, signal: new AbortController().signal });
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("a piece that takes minutes to leave is no standstill as long as some of it leaves", async () => {
  const line = new SlowLine();
  const sent = line.send(new Uint8Array(limits.clientSendAheadBytes), new Uint8Array(0));
  const quarter = limits.clientSendAheadBytes / 4;
  for (let at = 0; at < 4; at += 1) await line.take(quarter, stallMs * 0.9);
  await expect(sent).resolves.toBeUndefined();
});

test("the last piece has as much time as the others", async () => {
  const line = new SlowLine();
  const sent = line.send(new Uint8Array(1000));
  for (let at = 0; at < 4; at += 1) await line.take(250, limits.endOfFileMs);
  await expect(sent).resolves.toBeUndefined();
});

test("a piece of which nothing leaves ends the transfer", async () => {
  const line = new SlowLine();
  const sent = line.send(new Uint8Array(1000));
  const refused = expect(sent).rejects.toMatchObject({ code: "FTP_TRANSFER", details: { phase: "data" } });
  await line.take(500, stallMs);
  await line.take(0, stallMs);
  await refused;
});
