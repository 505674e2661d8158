// Connections and attempts, told from the packets of a simulated network.
import { type Endpoint, formatEndpoint } from "../../platform/endpoint.ts";
import type { ConnectOptions } from "../../platform/network.ts";
import { isLoopback } from "../../protocol/ip-address.ts";
import type { Host } from "../../simulation/host/host.ts";
import type { Segment } from "../../simulation/links/packet.ts";
import type { Observation, Simulation } from "../../simulation/simulation.ts";
import type { LabEvent } from "../evidence.ts";

type ConnectionEvent = Extract<LabEvent, { type: "connection" }>;
export type Role = Pick<ConnectionEvent, "role" | "carries">;

/** One attempt, as far as it has come. */
interface Attempt {
  readonly maker: Host;
  readonly syn: Segment;
  readonly role: Role;
  /** Ends as each hop writes them. */
  readonly hops: Segment[];
  isOnWire: boolean;
  result: ConnectionEvent["result"];
  stoppedAt: string | undefined;
}

export class ConnectionWatch {
  readonly #hosts: ReadonlyMap<string, Host>;
  readonly #log: EvidenceLog;
  readonly #expected: { readonly host: Host; readonly remote: string; readonly role: Role }[] = [];
  readonly #attempts: Attempt[] = [];

  constructor(hosts: ReadonlyMap<string, Host>, log: EvidenceLog) {
    this.#hosts = hosts;
    this.#log = log;
  }

  /** A program is about to connect; the returned function when it has failed. */
  expect(
    host: Host,
    { host: name, port, localAddress = host.name, localPort }: ConnectOptions,
    role: Role,
  ): () => void {
    const to = { host: resolved(host, name), port };
    const expected = { host, remote: formatEndpoint(to), role };
    this.#expected.push(expected);
    return () => {
      const index = this.#expected.indexOf(expected);
      if (index < 0) return;
      // No packet has left: its own system said no.
      this.#expected.splice(index, 1);
      this.#log.add({
        type: "connection",
        ...role,
        from: localPort === undefined ? localAddress : `${localAddress}:${localPort}`,
        to: expected.remote,
        fromHost: host.name,
        toHost: this.#ownerOf(to, host),
        result: "failed",
        stoppedAt: host.name,
        clear: false,
      });
    };
  }

  see(seen: Observation): void {
    if (seen.type === "failed" || seen.packet.kind !== "tcp") return;
    const { packet, node } = seen;
    const opens = packet.syn && !packet.ack;
    if (seen.type === "dropped") this.#settle(opens, packet, "dropped", node);
    else if (opens) this.#seeSyn(packet, node, seen.wire);
    else if (packet.syn || packet.rst) this.#seeAnswer(packet, node);
  }

  #seeSyn(packet: Segment, node: string, wire: string): void {
    const attempt = this.#find(packet) ?? this.#begin(packet, node);
    if (attempt === undefined) return;
    attempt.hops.push(packet);
    attempt.isOnWire ||= wire !== "lo";
  }

  #find({ sequence, destination }: Segment): Attempt | undefined {
    return (
      this.#attempts.find(
        ({ syn, hops }) => syn.sequence === sequence && hops.some((hop) => isSame(hop.destination, destination)),
      ) ?? this.#attempts.find(({ syn, result }) => syn.sequence === sequence && result === "failed")
    );
  }

  #begin(syn: Segment, node: string): Attempt | undefined {
    const maker = this.#hosts.get(node);
    if (maker === undefined) return undefined;
    const remote = formatEndpoint(syn.destination);
    const index = this.#expected.findIndex((one) => one.host === maker && one.remote === remote);
    const [expected] = index < 0 ? [] : this.#expected.splice(index, 1);
    const role = expected?.role ?? { role: "forwarded" };
    const attempt: Attempt = { maker, syn, role, hops: [], isOnWire: false, result: "failed", stoppedAt: undefined };
    this.#attempts.push(attempt);
    this.#log.addLater(() => this.#eventOf(attempt));
    return attempt;
  }

  #seeAnswer(packet: Segment, node: string): void {
    const attempt = this.#attempts.find(
      ({ hops, result }) =>
        result !== "made" &&
        hops.some((hop) => isSame(hop.source, packet.destination) && isSame(hop.destination, packet.source)),
    );
    if (attempt === undefined) return;
    if (packet.syn) attempt.result = "made";
    else if (attempt.result !== "refused") [attempt.result, attempt.stoppedAt] = ["refused", node];
  }

  #settle(opens: boolean, packet: Segment, result: "dropped", node: string): void {
    const attempt = opens ? this.#find(packet) : undefined;
    if (attempt !== undefined && attempt.result === "failed") [attempt.result, attempt.stoppedAt] = [result, node];
  }

  #eventOf({ maker, syn, role, hops, isOnWire, result, stoppedAt }: Attempt): Omit<ConnectionEvent, "atMs"> {
    const reached = hops.at(-1)?.destination ?? syn.destination;
    return {
      type: "connection",
      ...role,
      from: formatEndpoint(syn.source),
      to: formatEndpoint(syn.destination),
      fromHost: maker.name,
      toHost: this.#ownerOf(reached, maker),
      result,
      ...(stoppedAt === undefined || result === "made" ? {} : { stoppedAt }),
      clear: isOnWire && role.role !== "ssh",
    };
  }

  #ownerOf({ host }: Endpoint, near: Host): string {
    if (isLoopback(host)) return near.name;
    return [...this.#hosts.values()].find((one) => one.isOwn(host))?.name ?? "";
  }
}

const isSame = (one: Endpoint, other: Endpoint): boolean => one.port === other.port && one.host === other.host;

function resolved(host: Host, name: string): string {
  try {
    return host.resolve(name);
  } catch {
    return name;
  }
}

// The evidence of one simulated run, in the order of time.
type Without<T> = T extends unknown ? Omit<T, "atMs"> : never;
type EventBody = Without<LabEvent>;

export class EvidenceLog {
  readonly #simulation: Simulation;
  readonly #events: (() => LabEvent)[] = [];

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  add(event: EventBody): void {
    const done = { ...event, atMs: this.#simulation.nowMs } as LabEvent;
    this.#events.push(() => done);
  }

  /** An event whose end is not known yet. */
  addLater(event: () => EventBody): void {
    const atMs = this.#simulation.nowMs;
    this.#events.push(() => ({ ...event(), atMs }) as LabEvent);
  }

  events(): readonly LabEvent[] {
    return this.#events.map((event) => event());
  }
}
