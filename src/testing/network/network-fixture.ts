// What a network must bring along to be put through the conformance suite.
import type { Network } from "../../platform/network.ts";

/** What the network can do; a fact that it cannot do is tested for its honest refusal instead. */
export interface NetworkCapabilities {
  /** `connect` takes `localAddress` and `localPort`. Else it must throw `NET_UNSUPPORTED`. */
  readonly chooseLocalEnd: boolean;
  /** `remote` of an accepted connection is the peer's real address and port. Else `host` may be `""`. */
  readonly knowsRemoteAddress: boolean;
  /** After our `reset()` the peer sees a reset. Else it may see a clean end, but it must not hang. */
  readonly resetReachesPeer: boolean;
  /** After the peer's reset our connection is closed by `remote`/`reset`. Else it may see a clean end, but must not hang. */
  readonly seesPeerReset: boolean;
}

/** A network, and what is needed to test it. */
export interface NetworkFixture {
  /** Under test. */
  readonly network: Network;
  /** The other party: what `network` connects to, and who connects to `network`'s listeners. For SSH this is this machine. */
  readonly peer: Network;
  /** Where listeners of `network` and of `peer` listen and are reached, by either of them. Mostly `127.0.0.1`. */
  readonly loopback: string;
  /** What is not promised is tested for its honest refusal. */
  readonly capabilities: NetworkCapabilities;
  /** Most bytes that may lie between a writer and a peer that does not read. Default 96 MiB (Linux: up to 36 in the kernel). */
  readonly inFlightBytesMax?: number;
  /** Names of what is still open in `network` (connections, listeners, channels), where it can count them. */
  leftovers?(): readonly string[];
  /** After the last fact. */
  close(): Promise<void>;
}
