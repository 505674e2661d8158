// The data end towards the FTP server: direct-tcpip to the configured host, or a listener at the remote end.
import type { Clock } from "../platform/clock.ts";
import { withDeadline } from "../platform/clock.ts";
import { type Endpoint, formatEndpoint } from "../platform/endpoint.ts";
import type { Connection, Listener } from "../platform/network.ts";
import { SallyportError } from "../protocol/error.ts";
import { ipFamily, isLoopback, sameHost } from "../protocol/ip-address.ts";
import { limits } from "../protocol/limits.ts";
import type { Back } from "./environment.ts";

export interface BackListener {
  readonly listener: Listener;
  /** What the FTP server is to be told. */
  readonly address: Endpoint;
  /** Why this may not be enough, told if the server then cannot connect. */
  readonly warning?: string;
}

/** Always the configured host, never the one in a 227. */
export async function connectBack(back: Back, clock: Clock, to: Endpoint, signal: AbortSignal): Promise<Connection> {
  const late = (): SallyportError =>
    new SallyportError("NET_TIMEOUT", `no answer from ${back.network.name} within ${limits.channelOpenMs / 1000} s`, {
      details: { phase: "connect", remote: formatEndpoint(to) },
    });
  const deadline = withDeadline(clock, limits.channelOpenMs, signal, late);
  try {
    return await back.network.connect({ ...to, signal: deadline.signal });
  } finally {
    deadline.release();
  }
}

/** Active mode: loopback where the FTP server is the SSH host itself, so that nothing is open to a network (S03). */
export async function listenActive(back: Back, target: Endpoint, signal: AbortSignal): Promise<BackListener> {
  const host = activeHost(back, target);
  const listener = await back.network.listen({ host, ports: { first: 0, last: 0 }, signal });
  const address = { host, port: listener.endpoint.port };
  // OpenSSH then listens on loopback instead, and does not say so.
  return isLoopback(host)
    ? { listener, address }
    : {
        listener,
        address,
        warning: `sshd listens on ${host} only if GatewayPorts in sshd_config is clientspecified or yes`,
      };
}

/** An FTP server connects for data from the host that its control connection goes to. */
export function isServer(target: Endpoint, remote: Endpoint): boolean {
  // OpenSSH does not tell who connected, and a name is resolved at the remote end.
  if (remote.host === "") return true;
  if (target.host === "localhost" || isLoopback(target.host)) return isLoopback(remote.host);
  return ipFamily(target.host) === undefined || sameHost(remote.host, target.host);
}

function activeHost(back: Back, target: Endpoint): string {
  // Whatever 127.x it has, the SSH host reaches it from 127.0.0.1, and a careful server wants PORT to say so.
  if (target.host === "localhost") return "127.0.0.1";
  if (isLoopback(target.host)) return ipFamily(target.host) === 6 ? "::1" : "127.0.0.1";
  if (back.address !== undefined) return back.address;
  throw new SallyportError(
    "NET_UNSUPPORTED",
    "the SSH host's address is not known, so it cannot be sent to the FTP server",
    {
      hint: "give it with --back-address, or use --back passive",
    },
  );
}
