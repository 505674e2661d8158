// One packet of a capture: Linux cooked headers version 2 (tcpdump -i any), IPv4, TCP.
import type { Endpoint } from "../../../platform/endpoint.ts";

export interface Packet {
  /** Seconds of the wall clock. */
  readonly time: number;
  readonly interfaceIndex: number;
  /** Leaves the namespace by this interface; else it arrives there. */
  readonly isOutgoing: boolean;
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly content:
    | { readonly type: "tcp"; readonly segment: Segment }
    /** Destination unreachable; what it is about. */
    | { readonly type: "unreachable"; readonly sequence: number }
    | { readonly type: "udp" };
}

export interface Segment {
  readonly sequence: number;
  readonly syn: boolean;
  readonly ack: boolean;
  readonly rst: boolean;
}

const cookedLength = 20;
const outgoing = 4; // PACKET_OUTGOING, packet(7)
const ipv4 = 0x0800;
const protocols = { icmp: 1, tcp: 6, udp: 17 } as const;
const icmpUnreachable = 3;

/** Undefined for what is none of these. */
export function readPacket(time: number, bytes: Buffer): Packet | undefined {
  if (bytes.length < cookedLength + 20 || bytes.readUInt16BE(0) !== ipv4) return undefined;
  const ip = bytes.subarray(cookedLength);
  const body = ip.subarray(headerLength(ip));
  const protocol = ip[9];
  const isOutgoing = bytes[10] === outgoing;
  const common = { time, interfaceIndex: bytes.readUInt32BE(4), isOutgoing };
  const hosts = [address(ip, 12), address(ip, 16)] as const;
  const ends = (ports: Buffer): Pick<Packet, "from" | "to"> => ({
    from: { host: hosts[0], port: ports.readUInt16BE(0) },
    to: { host: hosts[1], port: ports.readUInt16BE(2) },
  });
  if (protocol === protocols.tcp && body.length >= 20) {
    return { ...common, ...ends(body), content: { type: "tcp", segment: readSegment(body) } };
  }
  if (protocol === protocols.udp && body.length >= 8) return { ...common, ...ends(body), content: { type: "udp" } };
  if (protocol !== protocols.icmp || body[0] !== icmpUnreachable) return undefined;
  const inner = body.subarray(8); // RFC 792: the header that caused it, and 64 bits of what follows
  if (inner.length < 28 || inner[9] !== protocols.tcp) return undefined;
  const sequence = inner.readUInt32BE(headerLength(inner) + 4);
  const from = { host: hosts[0], port: 0 };
  return { ...common, from, to: { host: hosts[1], port: 0 }, content: { type: "unreachable", sequence } };
}

function readSegment(tcp: Buffer): Segment {
  const flags = tcp[13] ?? 0;
  return {
    sequence: tcp.readUInt32BE(4),
    syn: (flags & 0x02) !== 0,
    ack: (flags & 0x10) !== 0,
    rst: (flags & 0x04) !== 0,
  };
}

function headerLength(ip: Buffer): number {
  return ((ip[0] ?? 0) & 0x0f) * 4;
}

function address(ip: Buffer, offset: number): string {
  return ip.subarray(offset, offset + 4).join(".");
}
