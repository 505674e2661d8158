// The control connection, and in mode default-port our end of it.
import { withDeadline } from "../platform/clock.ts";
import { type Endpoint, formatEndpoint } from "../platform/endpoint.ts";
import type { Connection } from "../platform/network.ts";
import { isSallyportError } from "../protocol/error.ts";
import type { ClientOptions } from "./client-options.ts";
import { type ClientEnvironment, connectMsOf, connectTimedOut } from "./talk.ts";

export const portOf = ({ port, tls }: ClientOptions): number => port ?? (tls?.kind === "implicit" ? 990 : 21);

export interface ControlConnection {
  readonly connection: Connection;
  /** As the server sees it; undefined where nobody tells. */
  readonly end: Endpoint | undefined;
}

/** Throws `NET_*`, `SSH_*`, or the signal's reason. */
export async function connectControl(
  options: ClientOptions,
  environment: ClientEnvironment,
  signal: AbortSignal,
): Promise<ControlConnection> {
  const target = { host: options.host, port: portOf(options) };
  const connectMs = connectMsOf(options);
  const reason = (): unknown => connectTimedOut(formatEndpoint(target), connectMs);
  const deadline = withDeadline(environment.clock, connectMs, signal, reason);
  try {
    if (options.mode !== "default-port") {
      const connection = await environment.network.connect({ ...target, signal: deadline.signal });
      return { connection, end: told(connection) };
    }
    if (environment.localEnds === undefined) return await connectBound(target, environment, deadline.signal);
    return await connectAndLook(target, environment, environment.localEnds, deadline.signal);
  } finally {
    deadline.release();
  }
}

const told = ({ local }: Connection): Endpoint | undefined =>
  local.host === "" || local.port === 0 ? undefined : local;

/** Only a socket that was bound lets its own port be listened on later (SO_REUSEADDR on both): scenario S17. */
async function connectBound(
  target: Endpoint,
  { network }: ClientEnvironment,
  signal: AbortSignal,
): Promise<ControlConnection> {
  const bound = async (localAddress: string): Promise<ControlConnection> => {
    const connection = await network.connect({ ...target, signal, localAddress });
    return { connection, end: told(connection) };
  };
  if (target.host.includes(":")) return await bound("::");
  try {
    return await bound("0.0.0.0");
  } catch (error) {
    // The name has addresses of the other family only.
    if (!isSallyportError(error) || !["NET_DNS", "NET_ADDRESS_UNAVAILABLE"].includes(error.code)) throw error;
    return await bound("::");
  }
}

/** SSH does not say from which port its host connects; the new one in the host's list of connections is ours (S18). */
async function connectAndLook(
  target: Endpoint,
  { network }: ClientEnvironment,
  localEnds: (port: number, signal: AbortSignal) => Promise<readonly Endpoint[]>,
  signal: AbortSignal,
): Promise<ControlConnection> {
  const known = new Set((await localEnds(target.port, signal)).map(formatEndpoint));
  const connection = await network.connect({ ...target, signal });
  try {
    const fresh = (await localEnds(target.port, signal)).filter((end) => !known.has(formatEndpoint(end)));
    return { connection, end: fresh.length === 1 ? fresh[0] : undefined };
  } catch (error) {
    connection.reset();
    await connection.closed;
    throw error;
  }
}
