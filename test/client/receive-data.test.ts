// What arrives on a data connection, and its end.
import { once } from "node:events";
import { Duplex } from "node:stream";
import { expect, test } from "vitest";
import { receiveData } from "../../src/client/receive-data.ts";
import { systemClock } from "../../src/network/system-clock.ts";
import { StreamConnection } from "../../src/platform/stream-connection.ts";

test("an empty file whose end came before anybody read: our end goes to the server, which may wait for it", async () => {
  const stream = new Duplex({ read: () => {}, write: (_bytes, _encoding, done) => done() });
  const ended = once(stream, "end");
  stream.push(null);
  stream.read(0); // as node:net does at an end-of-file inside TLS
  await ended;
  const end = { host: "127.0.0.1", port: 1 };
  const breakOff = (): void => void stream.destroy();
  const data = new StreamConnection({ stream, local: end, remote: end, clock: systemClock, breakOff });
  const sink = { write: () => true, whenReady: () => {} };
  await receiveData(data, sink, { clock: systemClock, stallMs: 60_000, signal: new AbortController().signal });
  expect(stream.writableEnded).toBe(true);
  await data[Symbol.asyncDispose]();
});
