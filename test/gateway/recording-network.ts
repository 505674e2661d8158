// A network that remembers whom it was asked to connect to, and may lead elsewhere.
import { systemNetwork } from "../../src/network/system-network.ts";
import type { ConnectOptions, Network } from "../../src/platform/network.ts";
import type { Address } from "../support/test-client.ts";

export interface RecordingNetwork extends Network {
  readonly connects: readonly Address[];
}

/** `lead`: where a connection really goes; by default to where it was asked to. */
export function recordingNetwork(lead: (to: Address) => Address = (to) => to): RecordingNetwork {
  const connects: Address[] = [];
  return {
    name: "this machine",
    connects,
    connect: ({ host, port, ...rest }: ConnectOptions) => {
      connects.push({ host, port });
      return systemNetwork.connect({ ...rest, ...lead({ host, port }) });
    },
    listen: (options) => systemNetwork.listen(options),
  };
}
