import { expect, test } from "vitest";
import type { Clock } from "../../src/platform/clock.ts";
import type { Connection, Network } from "../../src/platform/network.ts";
import { SallyportError } from "../../src/protocol/error.ts";
import { limits } from "../../src/protocol/limits.ts";
import { TimeWaits } from "../../src/server/time-waits.ts";

let now = 0;
const clock: Clock = { nowMs: () => now, after: () => () => {} };
const network: Network = {
  name: "a network with one port",
  connect: async () => {
    throw new SallyportError("NET_ADDRESS_UNAVAILABLE", "cannot assign requested address");
  },
  listen: async () => {
    throw new Error("not asked for");
  },
};

const again = (waits: TimeWaits, port: number): Promise<Connection> => {
  const { signal } = new AbortController();
  return waits.connect({ network, host: "192.0.2.1", port, localPort: 20, timeoutMs: 1000, signal });
};

test("the second connection between the same two ends is refused with the time that TIME_WAIT still takes", async () => {
  const waits = new TimeWaits(clock);
  const closed = Promise.resolve({ by: "local", how: "fin" } as const);
  waits.watch({
    local: { host: "192.0.2.9", port: 20 },
    remote: { host: "192.0.2.1", port: 5000 },
    closed,
  } as Connection);
  await closed;
  now = limits.timeWaitMs - 43_000;
  await expect(again(waits, 5000)).rejects.toThrow("my port 20 is taken: the address is still in TIME_WAIT for 43 s");
  now = limits.timeWaitMs + 1000;
  await expect(again(waits, 5000)).rejects.toThrow(/my port 20 is taken$/);
  await expect(again(waits, 5001)).rejects.toThrow(/my port 20 is taken$/);
});
