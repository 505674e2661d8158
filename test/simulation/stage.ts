// Simulations for tests: two hosts on a wire, and what is done with them.
import type { Connection, Listener, Network } from "../../src/platform/network.ts";
import { Host, type HostOptions } from "../../src/simulation/host/host.ts";
import type { SystemRules } from "../../src/simulation/host/system-rules.ts";
import { Wire, type WireOptions } from "../../src/simulation/links/wire.ts";
import { Simulation, type SimulationOptions } from "../../src/simulation/simulation.ts";

export const never: AbortSignal = new AbortController().signal;

export interface Stage {
  readonly simulation: Simulation;
  readonly wire: Wire;
  /** 10.0.0.2 */
  readonly client: Host;
  /** 10.0.0.3 */
  readonly server: Host;
}

export interface StageOptions extends SimulationOptions {
  readonly wire?: WireOptions;
  readonly rules?: Partial<SystemRules>;
}

export function makeStage(options: StageOptions = {}): Stage {
  const simulation = new Simulation(options);
  const wire = new Wire(simulation, "wire", { latencyMs: 1, ...options.wire });
  const host = (name: string, address: string): Host => {
    const rules: HostOptions = options.rules === undefined ? {} : { rules: options.rules };
    return new Host(simulation, name, { attached: [{ wire, address: `${address}/24` }], ...rules });
  };
  return { simulation, wire, client: host("client", "10.0.0.2"), server: host("server", "10.0.0.3") };
}

export const listenAt = (network: Network, host: string, port = 0): Promise<Listener> =>
  network.listen({ host, ports: { first: port, last: port }, signal: never });

export function connectTo(
  network: Network,
  host: string,
  port: number,
  from: { readonly localAddress?: string; readonly localPort?: number } = {},
): Promise<Connection> {
  return network.connect({ host, port, signal: never, ...from });
}

/** Both ends of a connection from one network to a new listener of another, which stays. */
export async function joined(from: Network, to: Network, host: string): Promise<{ near: Connection; far: Connection }> {
  const listener = await listenAt(to, host);
  const near = await connectTo(from, host, listener.endpoint.port);
  return { near, far: await listener.accept({ signal: never }) };
}

/** States by local port and host, of connections and listeners. */
export const states = (host: Host): string[] => host.netstat().map(({ state }) => state);
