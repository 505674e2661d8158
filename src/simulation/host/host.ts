// A simulated computer: addresses, its own loopback, routes, and TCP. Programs get its Network.
import type { Endpoint } from "../../platform/endpoint.ts";
import type { Network } from "../../platform/network.ts";
import { formatIp, ipFamily, isLoopback, isUnspecified, plainBytes } from "../../protocol/ip-address.ts";
import type { Packet, Segment } from "../links/packet.ts";
import { type Attachment, defaultRoute, type Route, RoutingTable } from "../links/routing-table.ts";
import type { Interface, Node } from "../links/wire.ts";
import type { Simulation } from "../simulation.ts";
import { Kernel, type NetstatRow, netstatOf } from "./kernel.ts";
import { type ProgramOptions, SimulatedNetwork } from "./simulated-network.ts";
import { classicRules, type SystemRules, systemFault } from "./system-rules.ts";

export interface HostOptions {
  readonly attached?: readonly Attachment[];
  readonly routes?: readonly Route[];
  /** Next hop of the default route. */
  readonly gateway?: string;
  /** What differs from {@link classicRules}. */
  readonly rules?: Partial<SystemRules>;
  /** Names that this host resolves, before those of the simulation; `localhost` is known. */
  readonly names?: Readonly<Record<string, string>>;
  /** Bytes of the largest segment that leaves it. Default 16 KiB on a wire and 64 KiB on loopback. */
  readonly segmentBytes?: number;
}

/** An exact binary fraction, so that sums are exact. */
const loopbackMs = 1 / 64;
const loopbackSegmentBytes = 65_536;
/** As with segmentation offload: what leaves a host in one piece, for fewer events. */
const segmentBytes = 16_384;

export class Host implements Node {
  readonly name: string;
  readonly simulation: Simulation;
  readonly kernel: Kernel;
  readonly rules: SystemRules;
  readonly #routes: RoutingTable;
  readonly #names: ReadonlyMap<string, string>;

  constructor(simulation: Simulation, name: string, options: HostOptions = {}) {
    this.simulation = simulation;
    this.name = name;
    this.rules = { ...classicRules, ...options.rules };
    this.#names = new Map(Object.entries({ localhost: "127.0.0.1", ...options.names }));
    const routes = [...(options.routes ?? [])];
    if (options.gateway !== undefined) routes.push(defaultRoute(options.gateway));
    this.#routes = new RoutingTable(this, options.attached ?? [], routes);
    this.kernel = new Kernel({
      simulation,
      rules: this.rules,
      transmit: (packet) => this.#transmit(packet),
      segmentBytesMax: (remote) =>
        Math.min(
          options.segmentBytes ?? loopbackSegmentBytes,
          this.isOwn(remote) ? loopbackSegmentBytes : segmentBytes,
        ),
    });
  }

  /** The host's network for one program. */
  network(options: ProgramOptions = {}): Network {
    return new SimulatedNetwork(this, options);
  }

  /** What `netstat -tan` prints here. */
  netstat(): readonly NetstatRow[] {
    return netstatOf(this.kernel);
  }

  /** 127.0.0.0/8 and ::1 are every host's own. */
  isOwn(address: string): boolean {
    return isLoopback(address) || this.#routes.isOwn(address);
  }

  /** Throws ENOTFOUND. An address is itself, in its usual spelling. */
  resolve(name: string): string {
    const bytes = plainBytes(name);
    if (bytes !== undefined) return formatIp(bytes);
    const address = this.#names.get(name) ?? this.simulation.names.get(name);
    if (address === undefined) throw systemFault("ENOTFOUND");
    return address;
  }

  /** An address to listen on, `""` for all of them. Throws ENOTFOUND, EADDRNOTAVAIL. */
  bindAddress(host: string): string {
    const address = host === "" ? "::" : this.resolve(host);
    if (!isUnspecified(address) && !this.isOwn(address)) throw systemFault("EADDRNOTAVAIL");
    return address;
  }

  /** The address to connect from. Throws ENETUNREACH, EADDRNOTAVAIL, or the error for a loopback source. */
  sourceFor(remote: Endpoint, asked: string | undefined): string {
    const isNear = this.isOwn(remote.host);
    if (asked !== undefined && !isUnspecified(asked)) {
      const source = this.bindAddress(asked);
      if (isLoopback(source) && !isNear) throw systemFault(this.rules.loopbackSource);
      return source;
    }
    if (isLoopback(remote.host)) return ipFamily(remote.host) === 6 ? "::1" : "127.0.0.1";
    if (isNear) return remote.host;
    const way = this.#routes.find(remote.host);
    if (way === undefined) throw systemFault("ENETUNREACH");
    return way.out.address;
  }

  receive(packet: Packet, _at: Interface): void {
    const { host } = packet.destination;
    const isMartian = isLoopback(packet.source.host) || isLoopback(host);
    if (this.#routes.isOwn(host) && !isMartian) this.kernel.receive(packet);
    else this.simulation.report({ type: "dropped", node: this.name, reason: `${host} is not this host's`, packet });
  }

  #transmit(packet: Packet): void {
    const { simulation, name: node } = this;
    if (this.isOwn(packet.destination.host)) {
      simulation.report({ type: "packet", node, wire: "lo", packet });
      simulation.schedule(loopbackMs, () => this.kernel.receive(packet));
      return;
    }
    const way = this.#routes.find(packet.destination.host);
    if (way === undefined) {
      simulation.report({ type: "dropped", node, reason: "no route", packet });
      return;
    }
    way.out.wire.transmit(way.out, way.nextHop, packet, () => {
      if (packet.kind === "tcp") this.#reportUnreachable(packet);
    });
  }

  #reportUnreachable(about: Segment): void {
    this.kernel.receive({
      kind: "unreachable",
      source: about.source,
      destination: about.source,
      reason: "host",
      about,
    });
  }
}
