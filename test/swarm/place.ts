// The hosts, wires and middleboxes of a plan.
import { Host } from "../../src/simulation/host/host.ts";
import type { SystemRules } from "../../src/simulation/host/system-rules.ts";
import { Wire } from "../../src/simulation/links/wire.ts";
import type { FilterOptions } from "../../src/simulation/router/packet-filter.ts";
import { Router } from "../../src/simulation/router/router.ts";
import { Simulation } from "../../src/simulation/simulation.ts";
import type { PlacePlan, SwarmPlan } from "./plan.ts";

/** Of one family: private on the LAN, public elsewhere. */
export interface Addresses {
  readonly nat: string;
  readonly client: string;
  readonly other: string;
  readonly gateway: string;
  /** Nobody has anything to say to it. */
  readonly victim: string;
  readonly natOutside: string;
  readonly wallOutside: string;
  readonly wall: string;
  readonly ssh: string;
  readonly ftp: string;
  readonly farVictim: string;
  readonly loopback: string;
}

function addressesOf(family: 4 | 6): Addresses {
  const [lan, wan, dmz] =
    family === 4 ? ["192.168.1.", "198.51.100.", "203.0.113."] : ["fd00:1::", "2001:db8:2::", "2001:db8:3::"];
  return {
    nat: `${lan}1`,
    client: `${lan}2`,
    other: `${lan}3`,
    gateway: `${lan}4`,
    victim: `${lan}66`,
    natOutside: `${wan}1`,
    wallOutside: `${wan}2`,
    wall: `${dmz}1`,
    ssh: `${dmz}3`,
    ftp: `${dmz}4`,
    farVictim: `${dmz}66`,
    loopback: family === 4 ? "127.0.0.1" : "::1",
  };
}

export const gatewayPort = 2001;
/** Of the bridges: FTP in front and SFTP behind, and the other way round. */
export const bridgePorts = { ftp: 2002, ssh: 2022 } as const;

export interface Place {
  readonly simulation: Simulation;
  readonly addresses: Addresses;
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
  const simulation = new Simulation({ seed });
  const addresses = addressesOf(place.family);
  const prefix = place.family === 4 ? 24 : 64;
  const lan = new Wire(simulation, "lan", { latencyMs: place.lanMs });
  const rate = place.wanBytesPerMs;
  const wan = new Wire(simulation, "wan", {
    latencyMs: place.wanMs,
    ...(rate === undefined ? {} : { bytesPerMs: rate }),
  });
  const dmz = new Wire(simulation, "dmz", { latencyMs: place.dmzMs });
  makeRouters(simulation, place, addresses, { lan, wan, dmz });
  const rules: Partial<SystemRules> = { sendBufferBytes: place.bufferBytes, receiveBufferBytes: place.bufferBytes };
  const host = (name: string, wire: Wire, address: string, gateway: string): Host =>
    new Host(simulation, name, {
      attached: [{ wire, address: `${address}/${prefix}` }],
      gateway,
      rules,
      names: { localhost: addresses.loopback },
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
  return { simulation, addresses, lan, wan, dmz, client, other, gateway, ssh, ftp, hosts, target };
}

function makeRouters(
  simulation: Simulation,
  place: PlacePlan,
  addresses: Addresses,
  { lan, wan, dmz }: Pick<Place, "lan" | "wan" | "dmz">,
): void {
  const prefix = place.family === 4 ? 24 : 64;
  new Router(simulation, "nat", {
    attached: [
      { wire: lan, address: `${addresses.nat}/${prefix}` },
      { wire: wan, address: `${addresses.natOutside}/${prefix}` },
    ],
    gateway: addresses.wallOutside,
    ftpHelper: place.hasHelper,
    ...(place.isMasqueraded ? { masquerade: [wan] } : {}),
  });
  const filter = wallFilter(place, addresses, wan);
  new Router(simulation, "wall", {
    attached: [
      { wire: wan, address: `${addresses.wallOutside}/${prefix}` },
      { wire: dmz, address: `${addresses.wall}/${prefix}` },
    ],
    ...(place.isMasqueraded ? {} : { gateway: addresses.natOutside }),
    ...(filter === undefined ? {} : { filter }),
  });
}

/** Nothing but SSH gets in, and nothing begins from inside. */
function wallFilter({ wall, family }: PlacePlan, addresses: Addresses, wan: Wire): FilterOptions | undefined {
  const ssh = { first: 22, last: 22 };
  if (wall === "open") return undefined;
  const enter = {
    in: wan,
    destination: `${addresses.ssh}/${family === 4 ? 32 : 128}`,
    destinationPorts: ssh,
    verdict: "accept",
  } as const;
  if (wall === "states") {
    return { rules: [{ states: ["established", "related"], verdict: "accept" }, enter], policy: "drop" };
  }
  return { rules: [enter, { out: wan, sourcePorts: ssh, opens: false, verdict: "accept" }], policy: "reset" };
}

/** Where a client on that host reaches Sallyport. */
export function gatewayAddress({ addresses, gateway, client }: Place, host: "client" | "other"): string {
  if (gateway !== client) return addresses.gateway;
  return host === "client" ? addresses.loopback : addresses.client;
}
