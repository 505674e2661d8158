// The simulated TCP does what the kernel does.
import { afterEach, describe, expect, it } from "vitest";
import { systemNetwork } from "../../src/network/system-network.ts";
import { wait } from "../../src/platform/clock.ts";
import type { Connection, Listener, Network } from "../../src/platform/network.ts";
import { Host } from "../../src/simulation/host/host.ts";
import { linuxRules } from "../../src/simulation/host/system-rules.ts";
import { Simulation } from "../../src/simulation/simulation.ts";
import { watchResources } from "../support/resources.ts";
import { tcpRows } from "../support/socket-table.ts";
import { until } from "../support/until.ts";
import { never } from "./stage.ts";
import { type FactBench, facts } from "./tcp-facts.ts";

watchResources();

/** Remembers what was opened, so that the test can take it away. */
function keeping(network: Network, kept: (Connection | Listener)[]): Network {
  const keepConnection = (connection: Connection): Connection => {
    connection.stream.on("error", () => {});
    kept.push(connection);
    return connection;
  };
  return {
    name: network.name,
    connect: async (options) => keepConnection(await network.connect(options)),
    listen: async (options) => {
      const listener = await network.listen(options);
      kept.push(listener);
      return {
        endpoint: listener.endpoint,
        accept: async (how) => keepConnection(await listener.accept(how)),
        [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose](),
      };
    },
  };
}

function kernelBench(kept: (Connection | Listener)[]): FactBench {
  return {
    network: keeping(systemNetwork, kept),
    statesOf: (localPort, remotePort) =>
      tcpRows("self")
        .filter((row) => row.localPort === localPort && row.remote.endsWith(`:${remotePort}`))
        .map((row) => row.state),
    eventually: async (what, look) => void (await until(what, look)),
  };
}

function simulatedBench(host: Host): FactBench {
  const { simulation } = host;
  return {
    network: host.network(),
    statesOf: (localPort, remotePort) =>
      host
        .netstat()
        .filter(({ local, remote }) => local.endsWith(`:${localPort}`) && remote.endsWith(`:${remotePort}`))
        .map(({ state }) => state),
    eventually: async (_what, look) => {
      while (!look()) await wait(simulation.clock, 1, never);
    },
  };
}

describe("TCP: on a simulated host", () => {
  it.each(facts)("$name", async ({ expected, observe }) => {
    const host = new Host(new Simulation(), "host", { rules: linuxRules });
    const seen = await host.simulation.run(() => observe(simulatedBench(host)), { limitMs: 10_000 });
    expect(seen).toEqual(expected);
  });
});

describe.skipIf(process.platform !== "linux")("TCP: on this machine's kernel (skipped unless on Linux)", () => {
  const kept: (Connection | Listener)[] = [];
  afterEach(async () => {
    const open = kept.splice(0);
    for (const one of open) if ("reset" in one) one.reset();
    await Promise.all(open.map((one) => one[Symbol.asyncDispose]()));
  });

  it.each(facts)("$name", async ({ expected, observe }) => {
    expect(await observe(kernelBench(kept))).toEqual(expected);
  });
});
