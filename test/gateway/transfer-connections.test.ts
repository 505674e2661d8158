// What one transfer holds on each side.
import { expect, test } from "vitest";
import { TransferConnections } from "../../src/gateway/transfer-connections.ts";
import { systemClock } from "../../src/network/system-clock.ts";
import type { Connection } from "../../src/platform/network.ts";

test("a side that is opened again closes the listener of the first time, as when the server refused PORT", async () => {
  const reports = { clock: systemClock, report: () => {}, emit: () => {}, track: () => {}, retains: false };
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
