// The hosts, wires and middleboxes of a plan.
import { Host } from "../../src/simulation/host/host.ts";
import type { SystemRules } from "../../src/simulation/host/system-rules.ts";
import { Wire } from "../../src/simulation/links/wire.ts";
import { Router } from "../../src/simulation/router/router.ts";
import type { FilterOptions } from "../../src/simulation/router/router-options.ts";
import { World } from "../../src/simulation/world.ts";
import type { PlacePlan, SwarmPlan } from "./plan.ts";

export const addresses = {
  nat: "192.168.1.1",
  client: "192.168.1.2",
  other: "192.168.1.3",
  gateway: "192.168.1.4",
  /** Nobody has anything to say to it. */
  victim: "192.168.1.66",
  natOutside: "198.51.100.1",
  wallOutside: "198.51.100.2",
  wall: "203.0.113.1",
  ssh: "203.0.113.3",
  ftp: "203.0.113.4",
  farVictim: "203.0.113.66",
} as const;

export const gatewayPort = 2001;

export interface Place {
  readonly world: World;
  readonly lan: Wire;
  readonly wan: Wire;
  readonly dmz: Wire;
  readonly client: Host;
  readonly other: Host;
  readonly gateway: Host;
  readonly ssh: Host;
  readonly ftp: Host;
  readonly hosts: readonly Host[];
  /** The FTP server as Sallyport is told it. */
  readonly target: string;
}

export function makePlace({ seed, place }: SwarmPlan): Place {
  const world = new World({ seed });
  const lan = new Wire(world, "lan", { latencyMs: place.lanMs });
  const rate = place.wanBytesPerMs;
  const wan = new Wire(world, "wan", { latencyMs: place.wanMs, ...(rate === undefined ? {} : { bytesPerMs: rate }) });
  const dmz = new Wire(world, "dmz", { latencyMs: place.dmzMs });
  makeRouters(world, place, { lan, wan, dmz });
  const rules: Partial<SystemRules> = { sendBufferBytes: place.bufferBytes, receiveBufferBytes: place.bufferBytes };
  const host = (name: string, wire: Wire, address: string, gateway: string): Host =>
    new Host(world, name, {
      attached: [{ wire, address: `${address}/24` }],
      gateway,
      rules,
      segmentBytes: place.segmentBytes,
    });
  const client = host("client", lan, addresses.client, addresses.nat);
  const other = host("other", lan, addresses.other, addresses.nat);
  const victim = host("victim", lan, addresses.victim, addresses.nat);
  const farVictim = host("far-victim", dmz, addresses.farVictim, addresses.wall);
  const gateway = place.isGatewayAtClient ? client : host("gateway", lan, addresses.gateway, addresses.nat);
  const ssh = host("ssh", dmz, addresses.ssh, addresses.wall);
  const ftp = place.isServerAtSsh ? ssh : host("ftp", dmz, addresses.ftp, addresses.wall);
  const target = place.isTargetLocalhost ? "localhost" : place.isServerAtSsh ? addresses.ssh : addresses.ftp;
  const hosts = [...new Set([client, other, victim, farVictim, gateway, ssh, ftp])];
  return { world, lan, wan, dmz, client, other, gateway, ssh, ftp, hosts, target };
}

function makeRouters(world: World, place: PlacePlan, { lan, wan, dmz }: Pick<Place, "lan" | "wan" | "dmz">): void {
  new Router(world, "nat", {
    attached: [
      { wire: lan, address: `${addresses.nat}/24` },
      { wire: wan, address: `${addresses.natOutside}/24` },
    ],
    gateway: addresses.wallOutside,
    ftpHelper: place.hasHelper,
    ...(place.isMasqueraded ? { masquerade: [wan] } : {}),
  });
  const filter = wallFilter(place, wan);
  new Router(world, "wall", {
    attached: [
      { wire: wan, address: `${addresses.wallOutside}/24` },
      { wire: dmz, address: `${addresses.wall}/24` },
    ],
    ...(place.isMasqueraded ? {} : { gateway: addresses.natOutside }),
    ...(filter === undefined ? {} : { filter }),
  });
}

/** Nothing but SSH gets in, and nothing begins from inside. */
function wallFilter({ wall }: PlacePlan, wan: Wire): FilterOptions | undefined {
  const ssh = { first: 22, last: 22 };
  if (wall === "open") return undefined;
  const enter = { in: wan, destination: `${addresses.ssh}/32`, destinationPorts: ssh, verdict: "accept" } as const;
  if (wall === "states") {
    return { rules: [{ states: ["established", "related"], verdict: "accept" }, enter], policy: "drop" };
  }
  return { rules: [enter, { out: wan, sourcePorts: ssh, opens: false, verdict: "accept" }], policy: "reset" };
}

/** Where a client on that host reaches Sallyport. */
export function gatewayAddress(place: Place, host: "client" | "other"): string {
  if (place.gateway !== place.client) return addresses.gateway;
  return host === "client" ? "127.0.0.1" : addresses.client;
}
