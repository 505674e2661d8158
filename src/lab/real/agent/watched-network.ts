// The system's network, which says where its user connects to, and which calls of the system fail.
import type { Endpoint } from "../../../platform/endpoint.ts";
import { formatEndpoint } from "../../../platform/endpoint.ts";
import type { Network } from "../../../platform/network.ts";
import { systemName } from "../../user/user-events.ts";

export interface CallWatch {
  /** It is about to. */
  connects(to: Endpoint): void;
  listens(at: Endpoint): void;
  failed(call: string, error: string): void;
}

export function watchedNetwork(network: Network, watch: CallWatch): Network {
  const told = async <T>(call: string, work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      watch.failed(call, systemName(error));
      throw error;
    }
  };
  return {
    name: network.name,
    connect(options) {
      const { host, port } = options;
      watch.connects({ host, port });
      return told(`connect ${formatEndpoint({ host, port })}`, network.connect(options));
    },
    async listen(options) {
      const { host, ports } = options;
      const listener = await told(`bind ${formatEndpoint({ host, port: ports.first })}`, network.listen(options));
      watch.listens(listener.endpoint);
      return listener;
    },
  };
}
