// The connections at the remote end that belong to one client's channels: made for direct-tcpip, joined with a channel, and listed.
import { type Clock, withDeadline } from "../../../platform/clock.ts";
import { type Endpoint, formatEndpoint } from "../../../platform/endpoint.ts";
import type { Connection, Network } from "../../../platform/network.ts";
import type { Random } from "../../../platform/random.ts";
import { splice } from "../../../platform/splice.ts";
import { isSallyportError, SallyportError } from "../../../protocol/error.ts";
import { plainBytes } from "../../../protocol/ip-address.ts";
import { limits } from "../../../protocol/limits.ts";
import { type Channel, channelConnection } from "../../channels/channel.ts";

interface ConnectRemoteParts {
  readonly network: Network;
  readonly clock: Clock;
  readonly random: Random;
  readonly sharesPorts: boolean;
}

/** Dynamic ports of RFC 6335 section 6. */
const firstPort = 49_152;
const portCount = 16_384;

/** Throws `NET_*`, or the signal's reason. */
export async function connectRemote(
  parts: ConnectRemoteParts,
  target: Endpoint,
  signal: AbortSignal,
): Promise<Connection> {
  const { network, clock, sharesPorts } = parts;
  const deadline = withDeadline(clock, limits.sshServerConnectMs, signal, () => tooLate(target));
  try {
    const shared = sharesPorts ? await fromChosenPort(parts, target, deadline.signal) : undefined;
    return shared ?? (await network.connect({ ...target, signal: deadline.signal }));
  } finally {
    deadline.release();
  }
}

/**
 * A system sets SO_REUSEADDR on a connecting socket only if its port is asked for (libuv does it in bind). Undefined when
 * that does not work: the name has addresses of two families, and only the other one answers; the ports are taken.
 */
async function fromChosenPort(
  { network, random }: ConnectRemoteParts,
  target: Endpoint,
  signal: AbortSignal,
): Promise<Connection | undefined> {
  for (let attempt = 0; attempt < limits.sshServerSourcePortsMax; attempt += 1) {
    try {
      return await network.connect({ ...target, localPort: firstPort + random.below(portCount), signal });
    } catch (error) {
      signal.throwIfAborted();
      if (!isSallyportError(error) || error.code !== "NET_ADDRESS_IN_USE") return undefined;
    }
  }
  return undefined;
}

function tooLate(target: Endpoint): SallyportError {
  const where = formatEndpoint(target);
  return new SallyportError("NET_TIMEOUT", `could not connect to ${where}: no answer`, { details: { remote: where } });
}

const unknownEnd = { host: "", port: 0 } as const;

export class RemoteConnections {
  readonly #clock: Clock;
  /** With the ends as this machine has them. */
  readonly #open: Map<Connection, Ends> = new Map();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Both ends of each, for a leak check. */
  get open(): readonly string[] {
    return [...this.#open.values()].map(({ local, remote }) => `${formatEndpoint(local)} - ${formatEndpoint(remote)}`);
  }

  /** As /proc/net/tcp would have them. */
  get table(): string {
    return socketTable([...this.#open.values()]);
  }

  /** Counts the connection in while `work` has to do with it. */
  async during(connection: Connection, work: () => Promise<unknown>, ends: Ends = connection): Promise<void> {
    this.#open.set(connection, ends);
    try {
      await work();
    } finally {
      this.#open.delete(connection);
    }
  }

  /** Makes the two one. Resolves when nothing is left of either. */
  join(channel: Channel, connection: Connection): Promise<void> {
    const near = channelConnection(channel, unknownEnd, unknownEnd, this.#clock);
    return this.during(connection, () => joinChannel(channel, near, connection));
  }

  /** The client is gone: nobody may take what came of it for complete. */
  reset(): void {
    for (const connection of this.#open.keys()) connection.reset();
  }
}

/** `connection` is the remote end of `channel`, which is `near` as a connection. Resolves when nothing is left of either. */
export function joinChannel(channel: Channel, near: Connection, connection: Connection): Promise<void> {
  const over = splice(near, connection);
  void channel.gone.then(() => endRemote(channel, connection));
  return over;
}

/** A client that closes its channel takes nothing any more: what it sent goes out to the end, and the connection closes. */
function endRemote(channel: Channel, connection: Connection): void {
  const { stream } = connection;
  const close = (): void => void connection[Symbol.asyncDispose]();
  // The pipe ends the stream with the channel; a remote end that reads slowly is waited for.
  const finish = (): void => {
    if (stream.writableFinished) close();
    else stream.once("finish", close);
  };
  if (channel.readableEnded) finish();
  else channel.once("end", finish);
}

export interface Ends {
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

const established = "01";

/** In the format of /proc/net/tcp (proc(5)), where clients look for the ends of their connections: only the columns that matter, of a
 *  little-endian machine. */
function socketTable(connections: readonly Ends[]): string {
  return connections
    .map(({ local, remote }, index) => ({ index, local: hex(local), remote: hex(remote) }))
    .filter((row) => row.local !== undefined && row.remote !== undefined)
    .map(({ index, local, remote }) => `${index}: ${local} ${remote} ${established}\n`)
    .join("");
}

function hex({ host, port }: Endpoint): string | undefined {
  const bytes = plainBytes(host);
  if (bytes === undefined) return undefined;
  const digits = bytes.map((byte) => byte.toString(16).toUpperCase().padStart(2, "0"));
  const address = digits.map((_, at) => digits[(at & ~3) + 3 - (at & 3)]).join("");
  return `${address}:${port.toString(16).toUpperCase().padStart(4, "0")}`;
}
