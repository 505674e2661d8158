// One packet of a capture: Linux cooked headers version 2 (tcpdump -i any), IPv4, TCP.
import type { Endpoint } from "../../../platform/endpoint.ts";
import type { Sighting } from "../../seen-connections.ts";

export interface Packet {
  /** Seconds of the wall clock. */
  readonly time: number;
  readonly interfaceIndex: number;
  /** Leaves the namespace by this interface; else it arrives there. */
  readonly isOutgoing: boolean;
  readonly from: Endpoint;
  readonly to: Endpoint;
  /** `dropped`: a router's "destination unreachable". `mark`: a datagram. */
  readonly kind: Sighting["kind"] | "mark";
  /** Of the segment, or of the one that is unreachable. */
  readonly sequence: number;
}

const cookedLength = 20;
const outgoing = 4; // PACKET_OUTGOING, packet(7)
const ipv4 = 0x0800;
const protocols = { icmp: 1, tcp: 6, udp: 17 } as const;
const icmpUnreachable = 3;

/** Undefined for what is not one of these, as most segments are. */
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
    const kind = kindOf(body[13] ?? 0);
    return kind === undefined ? undefined : { ...common, ...ends(body), kind, sequence: body.readUInt32BE(4) };
  }
  if (protocol === protocols.udp && body.length >= 8) return { ...common, ...ends(body), kind: "mark", sequence: 0 };
  if (protocol !== protocols.icmp || body[0] !== icmpUnreachable) return undefined;
  const inner = body.subarray(8); // RFC 792: the header that caused it, and 64 bits of what follows
  if (inner.length < 28 || inner[9] !== protocols.tcp) return undefined;
  const sequence = inner.readUInt32BE(headerLength(inner) + 4);
  const from = { host: hosts[0], port: 0 };
  return { ...common, from, to: { host: hosts[1], port: 0 }, kind: "dropped", sequence };
}

const flag = { syn: 0x02, reset: 0x04, ack: 0x10 } as const;

function kindOf(flags: number): Packet["kind"] | undefined {
  if ((flags & flag.reset) !== 0) return "reset";
  if ((flags & flag.syn) === 0) return undefined;
  return (flags & flag.ack) === 0 ? "syn" : "syn-ack";
}

function headerLength(ip: Buffer): number {
  return ((ip[0] ?? 0) & 0x0f) * 4;
}

function address(ip: Buffer, offset: number): string {
  return ip.subarray(offset, offset + 4).join(".");
}
