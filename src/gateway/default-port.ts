// Back mode default-port: neither PORT nor PASV is sent, and the FTP server connects to where its client's control connection
// comes from (S17, S18).
import { defaultPorts, portBelowMissing } from "../data-connection/default-ports.ts";
import { type Endpoint, formatEndpoint } from "../platform/endpoint.ts";
import type { Connection, Listener } from "../platform/network.ts";
import { SallyportError } from "../protocol/error.ts";
import type { BackListener } from "./back-end.ts";
import type { Back } from "./environment.ts";

const otherModes = "use --back passive or --back active";

/** `end`: the SSH host's end of the control connection. Throws NET_UNSUPPORTED or SSH_FORWARD_REFUSED. */
export async function listenDefaultPort(
  back: Back,
  end: Endpoint | undefined,
  signal: AbortSignal,
): Promise<BackListener> {
  if (end === undefined) {
    const message = "the SSH host does not show from which port it reached the FTP server";
    throw new SallyportError("NET_UNSUPPORTED", message, { hint: otherModes });
  }
  const results = await Promise.allSettled(
    defaultPorts(end).map(({ host, port }) =>
      back.network.listen({ host, ports: { first: port, last: port }, signal }),
    ),
  );
  const listeners = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const [own, below] = results;
  if (signal.aborted || listeners.length === 0) {
    await Promise.all(listeners.map((listener) => listener[Symbol.asyncDispose]()));
    signal.throwIfAborted();
  }
  const missing = [
    ...(own?.status === "rejected" ? [ownPortMissing(end)] : []),
    ...(below?.status === "rejected" ? [portBelowMissing(end)] : []),
  ];
  if (listeners.length === 0) {
    const cause = own?.status === "rejected" ? own.reason : undefined;
    throw new SallyportError("SSH_FORWARD_REFUSED", missing.join("; "), { cause, hint: otherModes });
  }
  const listener = new ListenerGroup(end, listeners);
  return { listener, address: end, ...(missing.length === 0 ? {} : { warning: missing.join("; ") }) };
}

function ownPortMissing(end: Endpoint): string {
  const where = `${formatEndpoint(end)}, the end of its own connection to the FTP server`;
  return `the SSH server cannot listen on ${where}; that needs SO_REUSEADDR on both`;
}

/** Several listeners as one: whichever a connection comes to. */
class ListenerGroup implements Listener {
  readonly endpoint: Endpoint;
  readonly #listeners: readonly Listener[];

  constructor(endpoint: Endpoint, listeners: readonly Listener[]) {
    this.endpoint = endpoint;
    this.#listeners = listeners;
  }

  async accept({ signal }: { readonly signal: AbortSignal }): Promise<Connection> {
    const race = new AbortController();
    const stop = AbortSignal.any([signal, race.signal]);
    const accepts = this.#listeners.map((listener) => listener.accept({ signal: stop }));
    try {
      const first = await Promise.any(accepts);
      for (const accept of accepts) {
        accept.then((connection) => connection === first || connection.reset()).catch(() => {});
      }
      return first;
    } catch (error) {
      signal.throwIfAborted();
      throw (error as AggregateError).errors[0];
    } finally {
      race.abort(new Error("another one accepted"));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener[Symbol.asyncDispose]()));
  }
}
