// The server connects to where we listen: EPRT (RFC 2428), else PORT (RFC 959).

import {
  openPassiveListener,
  type PassiveListener,
  type PassiveListenerOptions,
} from "../data-connection/passive-listener.ts";
import { LinkedAbort } from "../platform/abort.ts";
import { withDeadline } from "../platform/clock.ts";
import { type Endpoint, formatEndpoint } from "../platform/endpoint.ts";
import type { Connection } from "../platform/network.ts";
import { replyError } from "../protocol/client/reply-error.ts";
import { isServer } from "../protocol/data-peers.ts";
import { type ErrorDetails, SallyportError, withDetails } from "../protocol/error.ts";
import { formatEprt, formatPort } from "../protocol/host-port.ts";
import { ipFamily, isLoopback } from "../protocol/ip-address.ts";
import { avoidsExtended, type DataConnection } from "./mode-choice.ts";
import { connectMsOf, mayHave, type Session } from "./session.ts";

export function openActive(session: Session, signal: AbortSignal): DataConnection {
  let where = "";
  return serverConnects(session, signal, {
    listen: (stop) => listen(session, stop),
    announce: ({ endpoint }) => {
      const here = { host: session.options.activeAddress ?? endpoint.host, port: endpoint.port };
      where = formatEndpoint(here);
      return announce(session, here);
    },
    how: () => `active ${where}`.trim(),
    details: () => activeDetails(session, where),
    warning: () => (where === "" ? undefined : `the server was to connect to ${where}${insideTls(session)}`),
  });
}

type Listening = Pick<PassiveListener, "accept" | "endpoint"> & AsyncDisposable;

interface ServerConnects<L extends Listening> extends Pick<DataConnection, "how" | "details" | "warning"> {
  readonly listen: (signal: AbortSignal) => Promise<L>;
  /** Called at once; resolves when the server has agreed to connect there. */
  readonly announce: (listener: L) => Promise<void>;
}

/** A data connection that the server makes to a listener of ours. */
export function serverConnects<L extends Listening>(
  session: Session,
  signal: AbortSignal,
  { listen, announce, ...words }: ServerConnects<L>,
): DataConnection {
  const lifetime = new LinkedAbort(signal);
  const stop = lifetime.signal;
  const listening = listen(stop);
  const announced = listening.then((listener) => ({ agreed: announce(listener) }));
  const ready = announced.then(({ agreed }) => agreed);
  // Not before the server was told: what came earlier would be somebody else.
  const connection = ready.then(async () => acceptInTime(session, await listening, stop, words.details()));
  return {
    ...words,
    asked: announced.then(() => {}),
    ready,
    connection,
    async [Symbol.asyncDispose]() {
      lifetime.abort(new Error("the data connection is not needed any more"));
      const listener = await listening.catch(() => undefined);
      await listener?.[Symbol.asyncDispose]();
      const unused = await connection.catch(() => undefined);
      unused?.reset();
    },
  };
}

async function listen(session: Session, signal: AbortSignal): Promise<PassiveListener> {
  return await openPassiveListener({
    ...forServer(session),
    host: hostHere(session),
    ports: session.options.activePorts ?? { first: 0, last: 0 },
    signal,
  });
}

/** Of a listener for the server alone. */
export function forServer(
  session: Session,
): Pick<PassiveListenerOptions, "network" | "isExpectedPeer" | "onRejectedPeer"> {
  const { network, emit } = session.environment;
  return {
    network,
    isExpectedPeer: (remote) => isServer(serverOf(session), remote.host),
    onRejectedPeer: (remote, count) =>
      emit({ type: "data.rejected-peer", side: "upstream", remote: formatEndpoint(remote), count }),
  };
}

/** The end of the control connection, as far as the network tells; through SSH only loopback is certain. */
export function hostHere(session: Session): string {
  const { local } = session.control.connection;
  if (ipFamily(local.host) !== undefined) return local.host;
  const { host } = session.server;
  if (host === "localhost" || isLoopback(host)) return ipFamily(host) === 6 ? "::1" : "127.0.0.1";
  if (session.options.activeAddress !== undefined) return session.options.activeAddress;
  throw new SallyportError(
    "NET_UNSUPPORTED",
    "the SSH host's address is not known, so it cannot be sent to the server",
    {
      hint: "Give it as activeAddress, or use passive mode.",
    },
  );
}

/** The host that the control connection goes to. */
const serverOf = ({ control }: Session): string => control.connection.remote.host;

/** A NAT's helper can rewrite nothing there (S11). */
const insideTls = ({ tls }: Session): string => (tls === undefined ? "" : ", inside TLS");

const activeDetails = ({ tls }: Session, named: string): ErrorDetails => ({
  mode: "active",
  named,
  ...(tls === undefined ? {} : { secure: true }),
});

/** EPRT or PORT. Throws what the server said when it refuses; `what` begins the message. */
export async function announce(
  session: Session,
  address: Endpoint,
  what = "the server refuses active mode",
): Promise<void> {
  const { control, modes } = session;
  const ipv4 = ipFamily(address.host) === 4;
  if (ipv4 && modes.activeVerb === "EPRT" && !mayHave(session, "EPRT")) modes.activeVerb = "PORT";
  const verb = ipv4 && avoidsExtended(session) ? "PORT" : modes.activeVerb;
  let reply = await control.command(verb, verb === "EPRT" ? formatEprt(address) : formatPort(address));
  if (reply.code >= 500 && verb === "EPRT" && ipv4) {
    const refused = reply;
    reply = await control.command("PORT", formatPort(address));
    if (reply.code < 300) {
      modes.activeVerb = "PORT";
      modes.reason = `${modes.reason}; PORT, for the server refused EPRT (${refused.code})`;
    }
  }
  if (reply.code < 200 || reply.code > 299) {
    const error = replyError(`${what} at ${formatEndpoint(address)}${insideTls(session)}`, reply);
    throw withDetails(error, activeDetails(session, formatEndpoint(address)));
  }
}

/** The server's connection, which it may only make after the transfer command. */
async function acceptInTime(
  session: Session,
  end: Listening,
  signal: AbortSignal,
  details: ErrorDetails,
): Promise<Connection> {
  const ms = connectMsOf(session.options);
  const where = formatEndpoint(end.endpoint);
  const deadline = withDeadline(session.environment.clock, ms, signal, () => nobodyCame(where, ms, details));
  try {
    return await end.accept({ signal: deadline.signal });
  } finally {
    deadline.release();
  }
}

function nobodyCame(where: string, ms: number, details: ErrorDetails): SallyportError {
  return new SallyportError("FTP_TRANSFER", `the server has not connected to ${where} within ${ms / 1000} s`, {
    details: { ...details, phase: "data", local: where },
    hint: "A firewall or NAT keeps it from connecting to us: use passive mode.",
  });
}
