// A listener on a data port: from the operator's range, not foreseeable, fit for data.
import type { Listener, ListenOptions, Network } from "../platform/network.ts";
import { isSallyportError, SallyportError } from "../protocol/error.ts";
import { fitPortRanges } from "./data-ports.ts";

/** Throws `NET_ADDRESS_IN_USE` when the whole range is taken, else the network's error. */
export async function listenForData(network: Network, options: ListenOptions): Promise<Listener> {
  let refused: unknown;
  for (const ports of fitPortRanges(options.ports)) {
    try {
      // Within a piece the network takes the ports in random order (RFC 2577 section 8: a port that can be guessed is stolen).
      return await network.listen({ ...options, ports });
    } catch (error) {
      if (!isSallyportError(error) || error.code !== "NET_ADDRESS_IN_USE") throw error;
      refused = error;
    }
  }
  throw rangeIsFull(options, refused);
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
