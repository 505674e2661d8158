// What a NAT helper for FTP does (nf_conntrack_ftp, nf_nat_ftp): it reads control connections in the clear, expects the
// data connection that PORT, EPRT, 227 or 229 announces, and rewrites the address where it translates it. What is inside
// SSH or TLS it cannot read.
import type { Endpoint } from "../../platform/endpoint.ts";
import type { Segment } from "../links/packet.ts";
import type { Direction, Flow, FlowTable } from "./flow-table.ts";

/** The helper looks at connections to this port only. */
const controlPort = 21;
/** Ports tried for an announced one that is taken already. */
const portsTried = 64;

interface Announcement {
  /** As written; 229 names no host. */
  readonly host: string | undefined;
  readonly port: number;
  /** The same words about another end. */
  readonly write: (end: Endpoint) => string;
}

const six = "(\\d{1,3}),(\\d{1,3}),(\\d{1,3}),(\\d{1,3}),(\\d{1,3}),(\\d{1,3})";
const commas = ({ host, port }: Endpoint): string => `${host.replaceAll(".", ",")},${port >> 8},${port & 255}`;

interface Form {
  readonly direction: Direction;
  readonly pattern: RegExp;
  readonly read: (match: RegExpExecArray) => Announcement;
}

function readSix(match: RegExpExecArray, before: string, behind: string): Announcement {
  const [a, b, c, d, high, low] = match.slice(1).map(Number);
  return {
    host: `${a}.${b}.${c}.${d}`,
    port: (high ?? 0) * 256 + (low ?? 0),
    write: (end) => `${before}${commas(end)}${behind}`,
  };
}

const forms: readonly Form[] = [
  {
    direction: "original",
    pattern: new RegExp(`^PORT ${six}\\r\\n`, "i"),
    read: (match) => readSix(match, "PORT ", "\r\n"),
  },
  {
    direction: "original",
    pattern: /^EPRT \|1\|([\d.]+)\|(\d+)\|\r\n/i,
    read: ([, host = "", port]) => ({
      host,
      port: Number(port),
      write: (end) => `EPRT |1|${end.host}|${end.port}|\r\n`,
    }),
  },
  {
    direction: "reply",
    pattern: new RegExp(`^227 [^\\r\\n]*?${six}[^\\r\\n]*\\r\\n`),
    read: (match) => {
      const [before = "", behind = ""] = match[0].split(match.slice(1).join(","));
      return readSix(match, before, behind);
    },
  },
  {
    direction: "reply",
    pattern: /^229 ([^\r\n]*)\(\|\|\|(\d+)\|\)([^\r\n]*\r\n)/,
    read: ([, before = "", port, behind = ""]) => ({
      host: undefined,
      port: Number(port),
      write: (end) => `229 ${before}(|||${end.port}|)${behind}`,
    }),
  },
];

export class FtpHelper {
  readonly #flows: FlowTable;

  constructor(flows: FlowTable) {
    this.#flows = flows;
  }

  /** The segment as it goes on, its payload rewritten where needed; addresses are not translated yet. */
  read(segment: Segment, flow: Flow, direction: Direction): Segment {
    if (flow.original.destination.port !== controlPort || segment.payload.length === 0) return segment;
    const text = Buffer.from(segment.payload).toString("latin1");
    for (const form of forms) {
      const match = form.direction === direction ? form.pattern.exec(text) : null;
      if (match === null) continue;
      const words = this.#expect(form.read(match), flow, direction);
      if (words === undefined) return segment;
      const end = segment.sequence + match[0].length;
      flow.shifts[direction].add(end, words.length - match[0].length);
      return { ...segment, payload: Buffer.from(words + text.slice(match[0].length), "latin1") };
    }
    return segment;
  }

  /** Who announces a port of somebody else is not helped. `undefined`: the words stay. */
  #expect(announced: Announcement, flow: Flow, direction: Direction): string | undefined {
    const { original, reply } = flow;
    const isActive = direction === "original";
    // The announcing end as it knows itself, as the other end knows it, and who will connect.
    const own = isActive ? original.source : reply.source;
    const seen = isActive ? reply.destination : original.destination;
    const from = isActive ? reply.source.host : original.source.host;
    if (announced.host !== undefined && announced.host !== own.host) return undefined;
    const deliverTo = { host: own.host, port: announced.port };
    const to =
      own.host === seen.host ? deliverTo : this.#freePort({ host: seen.host, port: announced.port }, deliverTo);
    this.#flows.expect({ from, to, deliverTo });
    return own.host === seen.host ? undefined : announced.write(to);
  }

  #freePort(wanted: Endpoint, deliverTo: Endpoint): Endpoint {
    for (let step = 0; step < portsTried; step += 1) {
      const candidate = { host: wanted.host, port: wanted.port + step };
      if (!this.#flows.isTaken(candidate, deliverTo)) return candidate;
    }
    return wanted;
  }
}
