// A middlebox: forwards packets between its wires, and on the way filters, translates and helps as it is set up. The order is
// that of Linux: memory and port forwards, route, filter, helper, masquerade.
import type { Endpoint } from "../../platform/endpoint.ts";
import type { PortRange } from "../../platform/network.ts";
import { lengthOf, noBytes, type Packet, type Segment, type Unreachable } from "../links/packet.ts";
import { type Attachment, defaultRoute, type Route, RoutingTable, type Way } from "../links/routing-table.ts";
import type { Interface, Node, Wire } from "../links/wire.ts";
import type { Simulation } from "../simulation.ts";
import { FlowTable, freePort, type Tracked } from "./flow-table.ts";
import { FtpHelper } from "./ftp-helper.ts";
import { type FilterOptions, type FilterVerdict, PacketFilter } from "./packet-filter.ts";

/** A port of the router's own address on `in` leads to a host behind it. */
interface PortForward {
  readonly in: Wire;
  readonly ports: PortRange;
  /** The first port there. */
  readonly to: Endpoint;
}

export interface RouterOptions {
  readonly attached: readonly Attachment[];
  readonly routes?: readonly Route[];
  /** Next hop of the default route. */
  readonly gateway?: string;
  readonly filter?: FilterOptions;
  /** What leaves by these wires gets the router's address there. */
  readonly masquerade?: readonly Wire[];
  readonly forwards?: readonly PortForward[];
  /** Reads FTP's control connections: expects the data connections, and rewrites addresses where it translates them. */
  readonly ftpHelper?: boolean;
  /** Milliseconds of silence after which a connection is forgotten. Default 5 days, as Linux; home routers 5 minutes. */
  readonly idleMs?: number;
  /** A connection that it does not know may go on: its next packet makes it known. Default true, as Linux. */
  readonly takesUp?: boolean;
}

/** nf_conntrack_tcp_timeout_established. */
const defaultIdleMs = 432_000_000;

export class Router implements Node {
  readonly name: string;
  readonly #simulation: Simulation;
  readonly #options: RouterOptions;
  readonly #routes: RoutingTable;
  readonly #filter: PacketFilter | undefined;
  readonly #flows: FlowTable;
  readonly #helper: FtpHelper | undefined;
  readonly #remembers: boolean;

  constructor(simulation: Simulation, name: string, options: RouterOptions) {
    this.#simulation = simulation;
    this.name = name;
    this.#options = options;
    const routes = [...(options.routes ?? [])];
    if (options.gateway !== undefined) routes.push(defaultRoute(options.gateway));
    this.#routes = new RoutingTable(this, options.attached, routes);
    this.#filter = options.filter === undefined ? undefined : new PacketFilter(options.filter);
    this.#flows = new FlowTable(options.idleMs ?? defaultIdleMs, () => simulation.nowMs);
    this.#helper = options.ftpHelper ? new FtpHelper(this.#flows) : undefined;
    const hasStates = options.filter?.rules.some((rule) => rule.states !== undefined) ?? false;
    this.#remembers = hasStates || [options.masquerade, options.forwards, options.ftpHelper].some(Boolean);
  }

  receive(packet: Packet, at: Interface): void {
    if (packet.kind === "unreachable") this.#receiveUnreachable(packet);
    else if (this.#remembers) this.#receiveKnown(packet, at);
    else this.#cross(packet, at, undefined);
  }

  #receiveKnown(segment: Segment, at: Interface): void {
    const known = this.#flows.find(segment);
    // One that was forgotten is taken up in its middle (nf_conntrack_tcp_loose), if the router does that.
    const begins = segment.syn ? !segment.ack : segment.ack && !segment.rst && (this.#options.takesUp ?? true);
    const isNew = known === undefined && begins;
    const flow = isNew ? this.#flows.begin(segment, this.#forward(segment.destination, at)) : known?.flow;
    const direction = known?.direction ?? "original";
    this.#cross(segment, at, flow === undefined ? undefined : { flow, direction }, isNew);
  }

  #cross(segment: Segment, at: Interface, tracked: Tracked | undefined, isNew = false): void {
    const onward = tracked === undefined ? segment : tracked.flow.translate(segment, tracked.direction);
    const { host } = onward.destination;
    if (this.#routes.isOwn(host)) {
      // Nobody listens on the router itself.
      this.#deny(segment, at, "reset");
      return;
    }
    const way = this.#routes.find(host);
    if (way === undefined) {
      this.#refuse(segment, at, "network");
      return;
    }
    const state = tracked === undefined ? (this.#remembers ? "invalid" : undefined) : this.#flows.stateOf(tracked);
    // The filter sees the destination as translated and the source as it is, like the forward chain of Linux.
    const seen = { ...segment, destination: onward.destination };
    const verdict = this.#filter?.judge({ segment: seen, in: at.wire, out: way.out.wire, state }) ?? "accept";
    if (verdict !== "accept") {
      this.#deny(segment, at, verdict);
      return;
    }
    if (isNew && tracked !== undefined && !this.#keep(tracked, way)) this.#drop(segment, "no room to remember it");
    else this.#pass(segment, at, way, tracked);
  }

  #pass(segment: Segment, at: Interface, { out, nextHop }: Way, tracked: Tracked | undefined): void {
    let onward = segment;
    if (tracked !== undefined) {
      const { flow, direction } = tracked;
      this.#flows.passed(tracked, segment);
      onward = flow.translate(this.#helper?.read(segment, flow, direction) ?? segment, direction);
    }
    out.wire.transmit(out, nextHop, onward, () => this.#refuse(segment, at, "host"));
  }

  /** A connection that was let pass; where it is masqueraded its answers will come to us. */
  #keep({ flow }: Tracked, way: Way): boolean {
    if (this.#options.masquerade?.includes(way.out.wire)) {
      const { address } = way.out;
      const port = freePort(flow, address, this.#flows);
      if (port === undefined) return false;
      flow.reply = { ...flow.reply, destination: { host: address, port } };
    }
    return this.#flows.keep(flow);
  }

  #forward(destination: Endpoint, at: Interface): Endpoint | undefined {
    if (!this.#routes.isOwn(destination.host)) return undefined;
    const { port } = destination;
    const rule = this.#options.forwards?.find(
      (one) => one.in === at.wire && port >= one.ports.first && port <= one.ports.last,
    );
    return rule && { host: rule.to.host, port: rule.to.port + port - rule.ports.first };
  }

  #receiveUnreachable(packet: Unreachable): void {
    const { about } = packet;
    const turned = { source: about.destination, destination: about.source };
    const tracked = this.#remembers ? this.#flows.find(turned) : undefined;
    const ends = tracked === undefined ? turned : tracked.flow.translate({ ...about, ...turned }, tracked.direction);
    const known = { ...about, source: ends.destination, destination: ends.source };
    const way = this.#routes.find(known.source.host);
    if (way === undefined) {
      this.#drop(packet, "no route");
      return;
    }
    const onward = { ...packet, destination: known.source, about: known };
    way.out.wire.transmit(way.out, way.nextHop, onward, () => {});
  }

  #deny(segment: Segment, at: Interface, verdict: FilterVerdict): void {
    this.#drop(segment, verdict === "drop" ? "filtered" : `filtered, answered with ${verdict}`);
    if (verdict === "reject") this.#refuse(segment, at, "port");
    if (verdict === "reset" && !segment.rst) this.#answer(resetFor(segment));
  }

  #refuse(about: Segment, at: Interface, reason: Unreachable["reason"]): void {
    this.#answer({
      kind: "unreachable",
      source: { host: at.address, port: 0 },
      destination: about.source,
      reason,
      about,
    });
  }

  #answer(packet: Packet): void {
    const way = this.#routes.find(packet.destination.host);
    way?.out.wire.transmit(way.out, way.nextHop, packet, () => {});
  }

  #drop(packet: Packet, reason: string): void {
    this.#simulation.report({ type: "dropped", node: this.name, reason, packet });
  }
}

function resetFor(segment: Segment): Segment {
  return {
    kind: "tcp",
    source: segment.destination,
    destination: segment.source,
    syn: false,
    ack: true,
    fin: false,
    rst: true,
    sequence: segment.ack ? segment.acknowledgement : 0,
    acknowledgement: segment.sequence + lengthOf(segment),
    window: 0,
    payload: noBytes,
  };
}
