// Neither PORT nor PASV: the server connects to where the control connection comes from (RFC 959 section 3.2, scenario S17).
import { defaultPorts, portBelowMissing } from "../data-connection/default-ports.ts";
import { openPassiveEnd, type PassiveEnd } from "../data-connection/passive-end.ts";
import { type Endpoint, formatEndpoint } from "../platform/endpoint.ts";
import type { Connection } from "../platform/network.ts";
import { SallyportError } from "../protocol/error.ts";
import { acceptInTime, isServer } from "./active-data.ts";
import type { DataConnection } from "./mode-choice.ts";
import type { Session } from "./session.ts";

export function openDefaultPort(session: Session, signal: AbortSignal): DataConnection {
  const lifetime = new AbortController();
  const stop = AbortSignal.any([signal, lifetime.signal]);
  const local = session.controlEnd;
  const listening = listenOnOwnPort(session, local, stop);
  const connection = listening.then((ends) => acceptFirst(session, ends, stop));
  let warning: string | undefined;
  return {
    how: () => `default-port ${local === undefined ? "" : formatEndpoint(local)}`.trim(),
    asked: listening.then(() => {}),
    ready: listening.then(({ length }) => {
      if (local !== undefined && length < defaultPorts(local).length) warning = portBelowMissing(local);
    }),
    connection,
    warning: () => warning,
    async [Symbol.asyncDispose]() {
      lifetime.abort(new Error("the data connection is not needed any more"));
      const ends = await listening.catch(() => []);
      await Promise.all(ends.map((end) => end[Symbol.asyncDispose]()));
      const unused = await connection.catch(() => undefined);
      unused?.reset();
    },
  };
}

/** On its own port in any case, and on the one below if that is free. */
async function listenOnOwnPort(
  session: Session,
  local: Endpoint | undefined,
  signal: AbortSignal,
): Promise<PassiveEnd[]> {
  if (local === undefined) {
    throw new SallyportError("NET_UNSUPPORTED", "it is not known from which port the SSH host reached the server", {
      hint: "The session must begin in mode default-port, at an SSH host that runs Linux; else use passive mode.",
    });
  }
  const { network } = session.environment;
  const results = await Promise.allSettled(
    defaultPorts(local).map(({ host, port }) =>
      openPassiveEnd({
        network,
        host,
        ports: { first: port, last: port },
        isExpectedPeer: (remote) => isServer(session, remote),
        onRejectedPeer: () => {},
        signal,
      }),
    ),
  );
  const ends = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const [own] = results;
  if (own?.status === "fulfilled") return ends;
  await Promise.all(ends.map((end) => end[Symbol.asyncDispose]()));
  signal.throwIfAborted();
  throw refused(session, local, own?.reason);
}

function refused({ environment }: Session, local: Endpoint, cause: unknown): SallyportError {
  const where = `${formatEndpoint(local)}, the end of the control connection`;
  if (environment.remoteSockets !== undefined) {
    const message = `the SSH server cannot listen on ${where}; that needs SO_REUSEADDR on both`;
    return new SallyportError("SSH_FORWARD_REFUSED", message, { cause, hint: "Use passive or active mode." });
  }
  return new SallyportError("NET_ADDRESS_IN_USE", `cannot listen on ${where}: address already in use`, {
    cause,
    details: { phase: "listen", local: formatEndpoint(local) },
    hint: "The session must begin in mode default-port (--default-port; at the prompt close and open it again), so that the port can be shared (SO_REUSEADDR); else use passive mode.",
  });
}

async function acceptFirst(session: Session, ends: readonly PassiveEnd[], signal: AbortSignal): Promise<Connection> {
  const race = new AbortController();
  const stop = AbortSignal.any([signal, race.signal]);
  const accepts = ends.map((end) => acceptInTime(session, end, stop));
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
