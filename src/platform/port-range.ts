// The ports of a range in an order that nobody can foresee.

import { isSallyportError, SallyportError } from "../protocol/error.ts";
import { formatEndpoint } from "./endpoint.ts";
import type { Listener, ListenOptions, PortRange } from "./network.ts";
import type { Random } from "./random.ts";

/** Every port of the range once, in random order. Port 0 stands for itself: the network chooses. */
export function* portsInRandomOrder(range: PortRange, random: Random): Generator<number> {
  // Fisher and Yates, lazily: `moved` holds only the places that have been swapped.
  const moved = new Map<number, number>();
  for (let left = range.last - range.first + 1; left > 0; left -= 1) {
    const place = random.below(left);
    const last = moved.get(left - 1) ?? left - 1;
    yield range.first + (moved.get(place) ?? place);
    moved.set(place, last);
  }
}

// One port of a range, whichever is free; for this machine and for simulated ones.
/** Listens on one port; throws `NET_ADDRESS_IN_USE` when it is taken. */
type Bind = (host: string, port: number, signal: AbortSignal) => Promise<Listener>;

/** Throws `NET_ADDRESS_IN_USE` when all are taken, and at once what else `bind` throws. */
export function listenOnOne(options: ListenOptions, random: Random, bind: Bind): Promise<Listener> {
  const { host, ports, signal } = options;
  if (ports.first === ports.last && !signal.aborted) return bind(host, ports.first, signal);
  return listenOnAny(options, random, bind);
}

async function listenOnAny(options: ListenOptions, random: Random, bind: Bind): Promise<Listener> {
  const { host, ports, signal } = options;
  let refused: SallyportError | undefined;
  for (const port of portsInRandomOrder(ports, random)) {
    signal.throwIfAborted();
    try {
      return await bind(host, port, signal);
    } catch (error) {
      if (!isSallyportError(error) || error.code !== "NET_ADDRESS_IN_USE") throw error;
      refused = error;
    }
  }
  throw allTaken(options, refused);
}

function allTaken(options: ListenOptions, refused: SallyportError | undefined): SallyportError {
  const { first, last } = options.ports;
  const range = `${formatEndpoint({ host: options.host || "*", port: first })}-${last}`;
  return new SallyportError("NET_ADDRESS_IN_USE", `could not listen on ${range}: every port of the range is in use`, {
    cause: refused,
    details: { phase: "listen", local: range, system: "EADDRINUSE" },
    hint: "Widen the range, or end the programs that use it; `ss -ltnp` shows them.",
  });
}
