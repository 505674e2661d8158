// Two connections that are each other's remote end, in memory: where two sessions of one gateway meet.
import { Duplex } from "node:stream";
import { systemClock } from "../network/system-clock.ts";
import type { Clock } from "../platform/clock.ts";
import type { Endpoint } from "../platform/endpoint.ts";
import type { Connection } from "../platform/network.ts";
import { StreamConnection } from "../platform/stream-connection.ts";
import { SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";

type Done = (error?: Error | null) => void;

/** What one half writes the other one reads; a write is done when the reader has room again. */
class JoinedStream extends Duplex {
  #other: JoinedStream | undefined;
  /** The other half's write that waits for our reader. */
  #writer: Done | undefined;

  constructor() {
    super({ allowHalfOpen: true, highWaterMark: limits.streamBufferBytes });
  }

  join(other: JoinedStream): void {
    this.#other = other;
  }

  override _read(): void {
    const writer = this.#writer;
    this.#writer = undefined;
    writer?.();
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: Done): void {
    const other = this.#other;
    if (other === undefined || other.destroyed) done(resetByPeer("write"));
    else if (other.push(chunk)) done();
    else other.#writer = done;
  }

  override _final(done: Done): void {
    this.#other?.push(null);
    done();
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#writer?.(resetByPeer("write"));
    // As with TCP: after our end-of-file the other half may read what it was sent; its writes fail.
    if (!this.writableFinished) this.#other?.destroy(resetByPeer("read"));
    done(error);
  }

  /** Both halves go at once; the other one loses even what it has not read yet. */
  breakOff(): void {
    this.destroy();
    this.#other?.destroy(resetByPeer("read"));
  }
}

const joined: WeakSet<Connection> = new WeakSet();

/** Its remote end is another transfer, whose server takes an end-of-file for that of a file. */
export const isJoined = (connection: Connection): boolean => joined.has(connection);

function resetByPeer(phase: string): SallyportError {
  return new SallyportError("NET_RESET", "the other transfer was aborted", { details: { phase } });
}

/**
 * A pair of connections with half-close and back-pressure. `names` are told as the hosts of the two ends, for messages and
 * traces; the ports are 0. A reset of one is `NET_RESET` at the other.
 */
export function joinedPair(
  firstName: string,
  secondName: string,
  clock: Clock = systemClock,
): readonly [Connection, Connection] {
  const first = new JoinedStream();
  const second = new JoinedStream();
  first.join(second);
  second.join(first);
  const local: Endpoint = { host: firstName, port: 0 };
  const remote: Endpoint = { host: secondName, port: 0 };
  const pair = [
    new StreamConnection({ stream: first, local, remote, clock, breakOff: () => first.breakOff() }),
    new StreamConnection({ stream: second, local: remote, remote: local, clock, breakOff: () => second.breakOff() }),
  ] as const;
  for (const connection of pair) joined.add(connection);
  return pair;
}
