// What one transfer holds on each side.
import { once } from "node:events";
import { Duplex } from "node:stream";
import { expect, test } from "vitest";
import { TransferConnections } from "../../src/gateway/transfer-connections.ts";
import { systemClock } from "../../src/network/system-clock.ts";
import { SpareAborts } from "../../src/platform/abort.ts";
import type { Connection } from "../../src/platform/network.ts";
import { StreamConnection } from "../../src/platform/stream-connection.ts";
import type { RelayInput } from "../../src/protocol/relay/messages.ts";

function connectionOver(stream: Duplex): Connection {
  const end = { host: "127.0.0.1", port: 1 };
  return new StreamConnection({
    stream,
    local: end,
    remote: end,
    clock: systemClock,
    breakOff: () => stream.destroy(),
  });
}

test("an empty file whose end came before it was copied: the server sees our end, for which vsftpd waits inside TLS", async () => {
  const inputs: RelayInput[] = [];
  const works: Promise<unknown>[] = [];
  const transfer = new TransferConnections(1, {
    clock: systemClock,
    report: (input) => inputs.push(input),
    emit: () => {},
    track: (work) => works.push(work),
    spareAborts: new SpareAborts(),
    retains: false,
  });
  const server = new Duplex({ read: () => {}, write: (_bytes, _encoding, done) => done() });
  const client = new Duplex({ read: () => {}, write: (_bytes, _encoding, done) => done() });
  const ended = once(server, "end");
  server.push(null);
  server.read(0); // as node:net does at an end-of-file
  await ended;
  transfer.open("upstream", "active", async () => connectionOver(server));
  transfer.open("downstream", "passive", async () => connectionOver(client));
  await Promise.all(works.splice(0));
  transfer.copy("download", {}, {});
  await Promise.all(works.splice(0));
  expect(inputs.at(-1)).toMatchObject({ type: "copied", outcome: "eof" });
  expect(server.writableEnded).toBe(true);
  transfer.resetBoth();
  await Promise.all(works);
});

test("a side that is opened again closes the listener of the first time, as when the server refused PORT", async () => {
  const reports = {
    clock: systemClock,
    report: () => {},
    emit: () => {},
    track: () => {},
    spareAborts: new SpareAborts(),
    retains: false,
  };
  const transfer = new TransferConnections(1, reports);
  const closed: string[] = [];
  const listen = (name: string): void =>
    transfer.open("upstream", "active", (signal, hold) => {
      hold(async () => void closed.push(name));
      return new Promise<Connection>((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      });
    });
  listen("first");
  listen("second");
  expect(closed).toEqual(["first"]);
  transfer.drop();
  expect(closed).toEqual(["first", "second"]);
});
