// Endpoints as node:net tells them.
import type { Endpoint } from "../platform/endpoint.ts";

const mapped = /^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i;

/** A listener on every address sees IPv4 peers as `::ffff:192.0.2.1` (RFC 4291 section 2.5.5.2); they are IPv4 to us. */
export function systemEndpoint(address: string | undefined, port: number | undefined): Endpoint {
  return { host: (address ?? "").replace(mapped, ""), port: port ?? 0 };
}
