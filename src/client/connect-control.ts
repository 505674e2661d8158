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
    const { network, remoteSockets } = environment;
    if (remoteSockets === undefined) return await connectBound(target, environment, deadline.signal);
    const dial = (): Promise<Connection> => network.connect({ ...target, signal: deadline.signal });
    return await remoteSockets.connect(target.port, dial, deadline.signal);
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
