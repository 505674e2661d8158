// Where a server connects that was sent neither PORT nor PASV (S17): two ports, and whichever it takes counts.

import { LinkedAbort } from "../platform/abort.ts";
import { type Endpoint, formatEndpoint } from "../platform/endpoint.ts";
import type { Connection } from "../platform/network.ts";
import { openPassiveListener, type PassiveListener, type PassiveListenerOptions } from "./passive-listener.ts";

/** RFC 959 section 3.2 means the very port of the control connection; ProFTPD 1.3.8 connects to the one below it. */
export function defaultPorts({ host, port }: Endpoint): readonly [own: Endpoint, below: Endpoint] {
  return [
    { host, port },
    { host, port: port - 1 },
  ];
}

/** What a 425 may mean when nobody could listen on the second of them. */
export function portBelowMissing(end: Endpoint): string {
  const below = formatEndpoint(defaultPorts(end)[1]);
  return `nothing of ours listens on ${below}, the port below, where ProFTPD connects to: it is in use; a new session has others`;
}

export interface DefaultPortListener extends AsyncDisposable {
  readonly endpoint: Endpoint;
  /** Why nobody listens on the port itself, or on the one below. */
  readonly ownError: unknown;
  readonly belowError: unknown;
  /** The connection that comes first, to either. Throws what the first of them throws, or the signal's reason. */
  accept(options: { readonly signal: AbortSignal }): Promise<Connection>;
}

/** Listens on what can be had of the two, perhaps nothing. `end`: our end of the control connection. Throws the signal's reason. */
export async function listenOnDefaultPorts(
  end: Endpoint,
  options: Omit<PassiveListenerOptions, "host" | "ports">,
): Promise<DefaultPortListener> {
  const [own, below] = await Promise.allSettled(
    defaultPorts(end).map(({ host, port }) =>
      openPassiveListener({ ...options, host, ports: { first: port, last: port } }),
    ),
  );
  const listeners = [own, below].flatMap((result) => (result?.status === "fulfilled" ? [result.value] : []));
  const dispose = async (): Promise<void> => {
    await Promise.all(listeners.map((listener) => listener[Symbol.asyncDispose]()));
  };
  if (options.signal.aborted) {
    await dispose();
    options.signal.throwIfAborted();
  }
  return {
    endpoint: end,
    ownError: own?.status === "rejected" ? own.reason : undefined,
    belowError: below?.status === "rejected" ? below.reason : undefined,
    accept: ({ signal }) => acceptFirst(listeners, signal),
    [Symbol.asyncDispose]: dispose,
  };
}

async function acceptFirst(listeners: readonly PassiveListener[], signal: AbortSignal): Promise<Connection> {
  const race = new LinkedAbort(signal);
  const accepts = listeners.map((listener) => listener.accept({ signal: race.signal }));
  try {
    const first = await Promise.any(accepts);
    for (const accept of accepts) accept.then((other) => other === first || other.reset()).catch(() => {});
    return first;
  } catch (error) {
    signal.throwIfAborted();
    throw (error as AggregateError).errors[0];
  } finally {
    race.abort(new Error("another port was taken"));
  }
}
