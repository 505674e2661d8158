// Which ports of a range are fit for data connections.
import type { PortRange } from "../platform/network.ts";

/**
 * Ports at which NAT helpers and firewalls expect another protocol and rewrite or drop what they do not understand:
 * RTSP, H.323, PPTP, SIP, IRC (FluentFTP#712: transfers through port 5060 stall).
 */
const mangledPorts: readonly number[] = [554, 1720, 1723, 5060, 5061, 6667];

/** The range without the mangled ports, in pieces, largest first; the range itself where nothing else is left. */
export function fitPortRanges(range: PortRange): readonly PortRange[] {
  const pieces: PortRange[] = [];
  let first = range.first;
  for (const port of mangledPorts) {
    if (port < first || port > range.last) continue;
    if (port > first) pieces.push({ first, last: port - 1 });
    first = port + 1;
  }
  if (first <= range.last) pieces.push({ first, last: range.last });
  if (pieces.length === 0) return [range];
  return pieces.sort((a, b) => b.last - b.first - (a.last - a.first));
}
