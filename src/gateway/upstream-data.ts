// The data connection to the FTP server: through the SSH host to the configured server, or a listener at the SSH host.
import {
  type DefaultPortListener,
  defaultPorts,
  listenOnDefaultPorts,
  portBelowMissing,
} from "../data-connection/default-ports.ts";
import { openPassiveListener, type PassiveListener } from "../data-connection/passive-listener.ts";
import { type Clock, withDeadline } from "../platform/clock.ts";
import { type Endpoint, formatEndpoint } from "../platform/endpoint.ts";
import type { Connection } from "../platform/network.ts";
import { isServer } from "../protocol/data-peers.ts";
import { definedProps } from "../protocol/defined-props.ts";
import { SallyportError } from "../protocol/error.ts";
import { adviceOn } from "../protocol/findings/hint.ts";
import { ipFamily, isLoopback } from "../protocol/ip-address.ts";
import { limits } from "../protocol/limits.ts";
import type { Upstream } from "./environment.ts";

/** Always to the configured host, never to the one in a 227. */
export async function connectUpstream(
  upstream: Upstream,
  clock: Clock,
  to: Endpoint,
  signal: AbortSignal,
): Promise<Connection> {
  const deadline = withDeadline(clock, limits.channelOpenMs, signal, () => lateUpstream(upstream, to));
  try {
    return await upstream.network.connect({ ...to, signal: deadline.signal });
  } finally {
    deadline.release();
  }
}

/** What it ends with when it takes longer than `channelOpenMs`. */
export function lateUpstream(upstream: Upstream, to: Endpoint): SallyportError {
  return new SallyportError(
    "NET_TIMEOUT",
    `no answer from ${upstream.network.name} within ${limits.channelOpenMs / 1000} s`,
    { details: { phase: "connect", remote: formatEndpoint(to) } },
  );
}

export interface UpstreamListener {
  readonly listener: Pick<PassiveListener, "accept" | typeof Symbol.asyncDispose>;
  /** What the FTP server is to be sent. */
  readonly address: Endpoint;
  /** Why this may not be enough, reported if the server then cannot connect. */
  readonly warning?: string;
}

export interface ListenOptions {
  readonly upstream: Upstream;
  /** The FTP server, which alone may connect. */
  readonly target: Endpoint;
  readonly onRejectedPeer: (remote: Endpoint, count: number) => void;
  readonly signal: AbortSignal;
}

/** Active mode: loopback where the FTP server is the SSH host itself, so that nothing is open to a network (S03). */
export async function listenActive(options: ListenOptions): Promise<UpstreamListener> {
  const { upstream, target } = options;
  const host = activeHost(upstream, target);
  const ports = { first: 0, last: 0 };
  const listener = await openPassiveListener({ ...guarded(options), network: upstream.network, host, ports });
  const address = { host, port: listener.endpoint.port };
  // OpenSSH then listens on loopback instead, and does not say so.
  return isLoopback(host)
    ? { listener, address }
    : {
        listener,
        address,
        warning: adviceOn("D30"),
      };
}

const otherModes = "use --back passive or --back active";

/**
 * Neither PORT nor PASV is sent, and the FTP server connects to where its client's control connection comes from (S17, S18).
 * `end`: the SSH host's end of it. Throws NET_UNSUPPORTED or SSH_FORWARD_REFUSED.
 */
export async function listenDefaultPort(options: ListenOptions, end: Endpoint | undefined): Promise<UpstreamListener> {
  if (end === undefined) {
    const message = "the SSH host does not show from which port it reached the FTP server";
    throw new SallyportError("NET_UNSUPPORTED", message, { hint: otherModes });
  }
  const { network } = options.upstream;
  const listener = await listenOnDefaultPorts(end, { ...guarded(options), network });
  const missing = missingPorts(listener, end);
  if (missing.length < defaultPorts(end).length)
    return {
      listener,
      address: end,
      ...definedProps({ warning: missing.length === 0 ? undefined : missing.join("; ") }),
    };
  throw new SallyportError("SSH_FORWARD_REFUSED", missing.join("; "), { cause: listener.ownError, hint: otherModes });
}

function missingPorts({ ownError, belowError }: DefaultPortListener, end: Endpoint): readonly string[] {
  const where = `${formatEndpoint(end)}, the end of its own connection to the FTP server`;
  const own = `the SSH server cannot listen on ${where}; that needs SO_REUSEADDR on both`;
  return [...(ownError === undefined ? [] : [own]), ...(belowError === undefined ? [] : [portBelowMissing(end)])];
}

function guarded({ target, onRejectedPeer, signal }: ListenOptions): {
  isExpectedPeer: (remote: Endpoint) => boolean;
  onRejectedPeer: ListenOptions["onRejectedPeer"];
  signal: AbortSignal;
} {
  return { isExpectedPeer: (remote) => isServer(target.host, remote.host), onRejectedPeer, signal };
}

function activeHost(upstream: Upstream, target: Endpoint): string {
  // Whatever 127.x it has, the SSH host reaches it from 127.0.0.1, and a careful server wants PORT to say so.
  if (target.host === "localhost") return "127.0.0.1";
  if (isLoopback(target.host)) return ipFamily(target.host) === 6 ? "::1" : "127.0.0.1";
  if (upstream.address !== undefined) return upstream.address;
  throw new SallyportError(
    "NET_UNSUPPORTED",
    "the SSH host's address is not known, so it cannot be sent to the FTP server",
    { hint: "give it with --back-address, or use --back passive" },
  );
}
