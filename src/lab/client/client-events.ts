// What the scripted client reports of itself, for the evidence.
import { type Endpoint, formatEndpoint } from "../../platform/endpoint.ts";
import type { Network } from "../../platform/network.ts";
import { isSallyportError } from "../../protocol/error.ts";

export type ClientEvent =
  | { readonly type: "line"; readonly from: "client" | "server"; readonly text: string }
  /** It is about to connect there, or listens there now. */
  | { readonly type: "connects" | "listens"; readonly at: Endpoint; readonly role: "control" | "data" }
  /** A call of its system failed; `attempt`: one that was to open something. */
  | { readonly type: "call"; readonly call: string; readonly error: string; readonly attempt?: Attempt }
  | { readonly type: "note"; readonly text: string };

interface Attempt {
  readonly how: "connect" | "bind";
  readonly at: Endpoint;
}

/** Must not throw. */
export type NotifyClientEvent = (event: ClientEvent) => void;

/** The system's name of an error; else Sallyport's. */
export function systemName(error: unknown): string {
  if (!isSallyportError(error)) return error instanceof Error ? error.message : String(error);
  return error.details.system ?? error.code;
}

/** A client's network, which reports where it connects to and listens, and which of these calls fail. Its first connection is control. */
export function watchedNetwork(network: Network, notify: NotifyClientEvent): Network {
  let role: "control" | "data" = "control";
  const watched = async <T>(work: Promise<T>, attempt: Attempt): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      const call = `${attempt.how} ${formatEndpoint(attempt.at)}`;
      notify({ type: "call", call, error: systemName(error), attempt });
      throw error;
    }
  };
  return {
    name: network.name,
    connect(options) {
      const at = { host: options.host, port: options.port };
      notify({ type: "connects", at, role });
      role = "data";
      return watched(network.connect(options), { how: "connect", at });
    },
    async listen(options) {
      const at = { host: options.host, port: options.ports.first };
      const listener = await watched(network.listen(options), { how: "bind", at });
      notify({ type: "listens", at: listener.endpoint, role });
      return listener;
    },
  };
}
