// The connections at the remote end that belong to one client's channels.
import type { Clock } from "../../../platform/clock.ts";
import { formatEndpoint } from "../../../platform/endpoint.ts";
import type { Connection } from "../../../platform/network.ts";
import type { Channel } from "../channels/channel.ts";
import { channelConnection } from "../channels/channel-connection.ts";
import { type Ends, socketTable } from "./socket-table.ts";
import { splice } from "./splice.ts";

const unknownEnd = { host: "", port: 0 } as const;

export class FarConnections {
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
    return this.during(connection, () => splice(channel, near, connection));
  }

  /** The client is gone: nobody may take what came of it for complete. */
  breakOff(): void {
    for (const connection of this.#open.keys()) connection.reset();
  }
}
