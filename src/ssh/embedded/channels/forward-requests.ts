// tcpip-forward and its cancellation (RFC 4254 section 7.1), as promises.
import type { Client } from "ssh2";
import { formatEndpoint } from "../../../platform/endpoint.ts";
import type { SallyportError } from "../../../protocol/error.ts";
import type { ForwardRequests } from "../../channels/tcpip-forward.ts";
import { forwardRefused } from "../../refusals.ts";

/** `lost` tells why requests fail once the connection is gone. Without a callback ssh2 asks for no reply. */
export function forwardRequests(client: Client, lost: () => SallyportError | undefined): ForwardRequests {
  return {
    listen: (host, port, onBound) =>
      new Promise((resolve, reject) => {
        const fail = (): void => reject(lost() ?? forwardRefused(formatEndpoint({ host: host || "*", port })));
        try {
          client.forwardIn(host, port, (error, bound) => (error ? fail() : resolve(onBound(bound))));
        } catch {
          fail(); // ssh2 throws "Not connected"
        }
      }),
    cancel: (host, port) =>
      new Promise((resolve) => {
        try {
          client.unforwardIn(host, port, () => resolve());
        } catch {
          resolve();
        }
      }),
  };
}
