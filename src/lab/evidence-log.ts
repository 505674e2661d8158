// What is seen while a scenario runs becomes its evidence: the same for every stage.
import { type Endpoint, formatEndpoint } from "../platform/endpoint.ts";
import { definedProps } from "../protocol/defined-props.ts";
import { isLoopback } from "../protocol/ip-address.ts";
import type { ClientEvent } from "./client/client-events.ts";
import type { LabEvent } from "./evidence.ts";
import { connectionsOf, type SeenConnection, type Sighting } from "./seen-connections.ts";
import { attachmentsOf, nodeWith, type Topology } from "./topology.ts";

type ConnectionEvent = Extract<LabEvent, { type: "connection" }>;
type WithoutTime<T> = T extends unknown ? Omit<T, "atMs"> : never;

/** Where an FTP client connected to, or tried to, and where it listened. */
interface ClientCall {
  readonly type: "connects" | "listens";
  readonly host: string;
  readonly at: Endpoint;
  readonly role: "control" | "data";
}

/** A connect(2) that failed, perhaps before any packet had left. */
export interface FailedConnect {
  readonly atMs: number;
  readonly host: string;
  readonly to: Endpoint;
  /** Where the program had bound it to; default: the host's address. */
  readonly from?: string;
}

type Entry =
  | { readonly atMs: number; readonly event: LabEvent }
  | { readonly atMs: number; readonly sighting: Sighting }
  | { readonly atMs: number; readonly failed: FailedConnect };

/** Times are milliseconds from the beginning of the run. */
export class EvidenceLog {
  readonly #topology: Topology;
  readonly #entries: Entry[] = [];
  readonly #calls: ClientCall[] = [];

  constructor(topology: Topology) {
    this.#topology = topology;
  }

  add(event: WithoutTime<LabEvent>, atMs: number): void {
    this.#entries.push({ atMs, event: { ...event, atMs } as LabEvent });
  }

  see(sighting: Sighting): void {
    this.#entries.push({ atMs: sighting.atMs, sighting });
  }

  connectFailed(failed: FailedConnect): void {
    this.#entries.push({ atMs: failed.atMs, failed });
  }

  /** `party`: the client's name. */
  clientEvent(host: string, party: string, event: ClientEvent, atMs: number): void {
    if (event.type === "line") this.add({ ...event, host, party }, atMs);
    else if (event.type === "note") this.add({ ...event, host, text: `${party}: ${event.text}` }, atMs);
    else if (event.type === "call") {
      const { call, error, attempt } = event;
      this.add({ type: "call", host, call, error }, atMs);
      if (attempt?.how === "connect") this.connectFailed({ host, to: attempt.at, atMs });
    } else this.#calls.push({ ...event, host });
  }

  /** In the order of time. */
  events(): readonly LabEvent[] {
    const entries = [...this.#entries].sort((one, other) => one.atMs - other.atMs);
    const sightings = entries.flatMap((entry) => ("sighting" in entry ? [entry.sighting] : []));
    const seen = new Map(connectionsOf(this.#topology, sightings).map((one) => [one.first, one]));
    return entries.flatMap((entry) => {
      if ("event" in entry) return [entry.event];
      if ("failed" in entry) return this.#unseen(entry.failed, [...seen.values()]);
      const connection = seen.get(entry.sighting);
      return connection === undefined ? [] : [this.#connection(connection)];
    });
  }

  #connection(seen: SeenConnection): ConnectionEvent {
    const { first, toHost, result, stoppedAt } = seen;
    const role = this.#roleOf(seen);
    return {
      type: "connection",
      atMs: Math.max(0, first.atMs),
      from: formatEndpoint(first.from),
      to: formatEndpoint(first.to),
      fromHost: first.node,
      toHost,
      ...role,
      result,
      ...definedProps({ stoppedAt }),
      clear: first.wire !== undefined && role.role !== "ssh",
    };
  }

  /** No packet has left: the host's own system refused. A failure after a SYN is that connection's. */
  #unseen({ atMs, host, to, from }: FailedConnect, seen: readonly SeenConnection[]): ConnectionEvent[] {
    if (seen.some((one) => one.result !== "made" && isMeant(one, host, to))) return [];
    const call = this.#calls.find((one) => one.type === "connects" && one.host === host && isSame(one.at, to));
    return [
      {
        type: "connection",
        atMs,
        from: from ?? attachmentsOf(this.#topology).find(({ node }) => node === host)?.address ?? host,
        to: formatEndpoint(to),
        fromHost: host,
        toHost: isLoopback(to.host) ? host : (nodeWith(this.#topology, to.host) ?? ""),
        role: call?.role ?? "data",
        result: "failed",
        stoppedAt: host,
        clear: false,
      },
    ];
  }

  /** Programs leave no name on their packets, so it is concluded from what FTP clients called, and from ports. */
  #roleOf(seen: SeenConnection): Pick<ConnectionEvent, "role" | "carries"> {
    const own = this.#calls.find(({ type, host, at }) => type === "connects" && isMeant(seen, host, at));
    if (own !== undefined) return { role: own.role };
    if (seen.finalPort === ports.ssh) return { role: "ssh" };
    if (seen.finalPort === ports.ftp) return { role: "forwarded", carries: "control" };
    // RFC 959 section 3.2: all servers here are set to connect from port 20.
    if (seen.first.from.port === ports.ftpData) return { role: "data" };
    const isAwaited = this.#calls.some(
      ({ type, host, at }) => type === "listens" && host === seen.toHost && at.port === seen.finalPort,
    );
    return isAwaited ? { role: "data" } : { role: "forwarded", carries: "data" };
  }
}

const ports = { ftp: 21, ftpData: 20, ssh: 22 } as const;

const isSame = (one: Endpoint, other: Endpoint): boolean => one.port === other.port && one.host === other.host;

/** Whether it is the connection that `host` meant to make. */
const isMeant = ({ first }: SeenConnection, host: string, to: Endpoint): boolean =>
  first.node === host && isSame(first.to, to);
