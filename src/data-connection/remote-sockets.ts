// From which port an SSH host connects: SSH does not say it. The new one in the host's list of connections is ours (S18).
import { type Endpoint, formatEndpoint } from "../platform/endpoint.ts";
import { Mutex } from "../platform/mutex.ts";
import type { Connection } from "../platform/network.ts";

/** Tells the local ends of the host's established connections to that port; none where it does not tell. */
export type ListSockets = (port: number, signal: AbortSignal) => Promise<readonly Endpoint[]>;

export interface FoundConnection {
  readonly connection: Connection;
  /** Its end at the host; undefined where several are new, somebody else's among them. */
  readonly end: Endpoint | undefined;
}

/** One for an SSH connection: whoever connects at the same moment waits, or each would see the other's as new. */
export class RemoteSockets {
  readonly #list: ListSockets;
  readonly #mutex: Mutex = new Mutex();

  constructor(list: ListSockets) {
    this.#list = list;
  }

  /** Throws what `dial` and the list throw, or the signal's reason; no connection is left then. */
  connect(port: number, dial: () => Promise<Connection>, signal: AbortSignal): Promise<FoundConnection> {
    return this.#mutex.take(async () => {
      const known = new Set((await this.#list(port, signal)).map(formatEndpoint));
      const connection = await dial();
      try {
        const ends = (await this.#list(port, signal)).filter((end) => !known.has(formatEndpoint(end)));
        return { connection, end: ends.length === 1 ? ends[0] : undefined };
      } catch (error) {
        connection.reset();
        await connection.closed;
        throw error;
      }
    }, signal);
  }
}
