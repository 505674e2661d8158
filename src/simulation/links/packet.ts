// What travels: TCP segments, and ICMP's word that one could not be delivered.
import { type Endpoint, formatEndpoint } from "../../platform/endpoint.ts";

/** A TCP segment (RFC 9293 section 3.1). Sequence numbers do not wrap, so that they compare as numbers. */
export interface Segment {
  readonly kind: "tcp";
  readonly source: Endpoint;
  readonly destination: Endpoint;
  readonly syn: boolean;
  readonly ack: boolean;
  readonly fin: boolean;
  readonly rst: boolean;
  readonly sequence: number;
  /** Valid with `ack`. */
  readonly acknowledgement: number;
  /** Bytes that the sender can take, not scaled. */
  readonly window: number;
  readonly payload: Uint8Array;
}

/** ICMP destination unreachable (RFC 792): `about` could not be delivered. */
export interface Unreachable {
  readonly kind: "unreachable";
  readonly source: Endpoint;
  readonly destination: Endpoint;
  readonly reason: "host" | "network" | "port";
  readonly about: Segment;
}

export type Packet = Segment | Unreachable;

export const noBytes: Uint8Array = new Uint8Array(0);

/** Sequence space that it takes (RFC 9293 section 3.4). */
export const lengthOf = (segment: Segment): number =>
  segment.payload.length + (segment.syn ? 1 : 0) + (segment.fin ? 1 : 0);

/** Bytes on a wire, headers included. */
export const sizeOf = (packet: Packet): number => 40 + (packet.kind === "tcp" ? packet.payload.length : 0);

/** `10.0.0.2:40000 > 10.0.0.3:21 SYN` */
export function formatPacket(packet: Packet): string {
  const ends = `${formatEndpoint(packet.source)} > ${formatEndpoint(packet.destination)}`;
  if (packet.kind === "unreachable") {
    return `${ends} ${packet.reason} unreachable: ${formatEndpoint(packet.about.destination)}`;
  }
  const flags = (["syn", "fin", "rst", "ack"] as const).filter((flag) => packet[flag]).join(" ");
  const numbers = `${packet.sequence}${packet.ack ? ` ack ${packet.acknowledgement}` : ""} win ${packet.window}`;
  return `${ends} ${flags.toUpperCase()} ${numbers} (${packet.payload.length})`;
}
