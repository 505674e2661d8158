// We connect to the port that the other side named: PORT, EPRT, LPRT, or no command at all (default data port).
import { SpareAborts } from "../platform/abort.ts";
import type { Clock } from "../platform/clock.ts";
import { formatEndpoint } from "../platform/endpoint.ts";
import type { Connection, ConnectOptions, Network } from "../platform/network.ts";
import { definedProps } from "../protocol/defined-props.ts";
import { type ErrorCode, isSallyportError, SallyportError } from "../protocol/error.ts";

export interface DialOptions {
  readonly network: Network;
  readonly host: string;
  readonly port: number;
  /** Address to connect from; the peer may check that it is the control connection's. */
  readonly localAddress?: string;
  /** Port to connect from if possible: L-1, the port beside the control port (RFC 959 section 3.2), as some firewalls expect. */
  readonly preferredLocalPort?: number;
  /** Milliseconds for all attempts together. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Ends the attempt; its reason is rethrown untouched. */
  readonly signal: AbortSignal;
}

/**
 * Why the preferred port could not be had: in use, the same connection in TIME_WAIT, below 1024 without being root, or a
 * network that cannot choose. None of them is worth losing the transfer for.
 */
const anotherPortHelps: readonly ErrorCode[] = [
  "NET_ADDRESS_IN_USE",
  "NET_ADDRESS_UNAVAILABLE",
  "NET_PERMISSION",
  "NET_UNSUPPORTED",
];

/** A signal for each would cost more than the connection's system calls. */
const spareAborts = new SpareAborts();

/** Connects, from the preferred port or any other. Throws `NET_TIMEOUT` after `timeoutMs`, else the network's error. */
export function dialActive(options: DialOptions): Promise<Connection> {
  const attempt = spareAborts.take(options.signal);
  const cancelTimer = options.clock.after(options.timeoutMs, () => attempt.abort(noAnswer(options)));
  const over = (): void => {
    cancelTimer();
    spareAborts.giveBack(attempt);
  };
  return dial(options, attempt.signal).then(
    (connection) => {
      over();
      return connection;
    },
    (error: unknown) => {
      over();
      throw error;
    },
  );
}

function dial(options: DialOptions, signal: AbortSignal): Promise<Connection> {
  const { network, host, port, localAddress, preferredLocalPort: localPort } = options;
  const anyPort: ConnectOptions = { host, port, signal, ...definedProps({ localAddress }) };
  if (localPort === undefined || localPort < 1) return network.connect(anyPort);
  return network.connect({ ...anyPort, localPort }).catch((error: unknown) => {
    if (!isSallyportError(error) || !anotherPortHelps.includes(error.code)) throw error;
    return network.connect(anyPort);
  });
}

function noAnswer({ host, port, timeoutMs }: DialOptions): SallyportError {
  const remote = formatEndpoint({ host, port });
  const message = `could not connect to ${remote}: no answer within ${timeoutMs / 1000} s; a firewall between us?`;
  return new SallyportError("NET_TIMEOUT", message, {
    details: { phase: "connect", remote },
    hint: "Use passive mode: then nobody has to connect to the client.",
  });
}
