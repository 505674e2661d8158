// A listener on a data port: from the operator's range, not foreseeable, fit for data.
import type { Listener, ListenOptions, Network, PortRange } from "../platform/network.ts";
import { isSallyportError, SallyportError } from "../protocol/error.ts";

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

/** Throws `NET_ADDRESS_IN_USE` when the whole range is taken, else the network's error. */
export function listenForData(network: Network, options: ListenOptions): Promise<Listener> {
  // Any port: the network knows best.
  if (options.ports.last === 0) return network.listen(options);
  return listenInFirst(network, options, fitPortRanges(options.ports));
}

function listenInFirst(
  network: Network,
  options: ListenOptions,
  [ports, ...rest]: readonly PortRange[],
): Promise<Listener> {
  // Within a piece the network takes the ports in random order (RFC 2577 section 8: a port that can be guessed is stolen).
  return network.listen({ ...options, ports: ports ?? options.ports }).catch((error: unknown) => {
    if (!isSallyportError(error) || error.code !== "NET_ADDRESS_IN_USE") throw error;
    if (rest.length === 0) throw rangeIsFull(options, error);
    return listenInFirst(network, options, rest);
  });
}

function rangeIsFull({ ports: { first, last } }: ListenOptions, cause: unknown): SallyportError {
  const count = last - first + 1;
  const range = first === last ? `port ${first}` : `all ${count} ports ${first}-${last}`;
  return new SallyportError("NET_ADDRESS_IN_USE", `no data port is free: ${range} in use`, {
    cause,
    details: { phase: "listen" },
    hint: `Make the range of data ports larger than ${count}: one for each transfer that may begin at the same time.`,
  });
}
