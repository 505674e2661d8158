// From a topology to hosts, wires and routers of a simulated network.
import { definedProps } from "../../protocol/defined-props.ts";
import { Host } from "../../simulation/host/host.ts";
import { Wire } from "../../simulation/links/wire.ts";
import type { FilterRule } from "../../simulation/router/packet-filter.ts";
import { Router, type RouterOptions } from "../../simulation/router/router.ts";
import { Simulation } from "../../simulation/simulation.ts";
import type { RouterPlan, Topology } from "../topology.ts";

export interface BuiltSimulation {
  readonly simulation: Simulation;
  readonly hosts: ReadonlyMap<string, Host>;
}

const defaultLatencyMs = 1;

/** Every host resolves the names of the others. */
export function buildSimulation({ wires, hosts, routers }: Topology, seed: number): BuiltSimulation {
  const names = Object.fromEntries(hosts.map(({ name, attached }) => [name, plain(Object.values(attached)[0])]));
  const simulation = new Simulation({ seed, names });
  const made = new Map(
    wires.map(({ name, latencyMs = defaultLatencyMs }) => [name, new Wire(simulation, name, { latencyMs })]),
  );
  const wireOf = (name: string): Wire => {
    const wire = made.get(name);
    if (wire === undefined) throw new Error(`the topology has no wire ${name}`);
    return wire;
  };
  const attachments = (attached: Readonly<Record<string, string>>): RouterOptions["attached"] =>
    Object.entries(attached).map(([wire, address]) => ({ wire: wireOf(wire), address }));
  for (const plan of routers) {
    new Router(simulation, plan.name, { attached: attachments(plan.attached), ...routerOptions(plan, wireOf) });
  }
  const all = hosts.map(({ name, attached, gateway }): [string, Host] => {
    const way = definedProps({ gateway });
    return [name, new Host(simulation, name, { attached: attachments(attached), ...way })];
  });
  return { simulation, hosts: new Map(all) };
}

function routerOptions(plan: RouterPlan, wireOf: (name: string) => Wire): Omit<RouterOptions, "attached"> {
  const { gateway, masquerade, keepsOut, forwards, ftpHelper, idleMs } = plan;
  return {
    ...definedProps({ gateway, ftpHelper }),
    ...(idleMs === undefined ? {} : { idleMs, takesUp: false }),
    ...(masquerade === undefined ? {} : { masquerade: [wireOf(masquerade)] }),
    ...(forwards === undefined
      ? {}
      : { forwards: forwards.map(({ wire, ports, to }) => ({ in: wireOf(wire), ports, to })) }),
    ...(keepsOut === undefined
      ? {}
      : { filter: { rules: filterRules(plan, wireOf(keepsOut)), policy: "accept" as const } }),
  };
}

/** Answers pass, and what a forward or a permission lets in; the rest that begins there is dropped. */
function filterRules({ admits = [], forwards = [] }: RouterPlan, wire: Wire): FilterRule[] {
  const forwarded = forwards.map(({ ports, to }) => ({
    first: to.port,
    last: to.port + ports.last - ports.first,
  }));
  const open = [...admits.map((port) => ({ first: port, last: port })), ...forwarded];
  return [
    { in: wire, states: ["established", "related"], verdict: "accept" },
    ...open.map((destinationPorts): FilterRule => ({ in: wire, destinationPorts, verdict: "accept" })),
    { in: wire, verdict: "drop" },
  ];
}

const plain = (address = ""): string => address.split("/")[0] ?? "";
