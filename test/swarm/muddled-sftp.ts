// The far end of an SFTP session as no sshd is, and others are: replies out of order and late, reads that bring less than was asked for, wrong sizes.
// And requests of a client that has many in flight, and does not keep them in order.
import { Duplex } from "node:stream";
import type { Connection } from "../../src/platform/network.ts";
import { PacketSplitter } from "../../src/ssh/connection-protocol/packet-splitter.ts";
import { messages } from "../../src/ssh/sftp/wire/message-types.ts";
import type { Dice } from "./dice.ts";
import { liedSize } from "./lying-files.ts";
import type { SftpHabits } from "./plan.ts";
import type { Program } from "./program.ts";

export interface Muddle {
  readonly habits: SftpHabits;
  readonly dice: Dice;
  readonly clock: Program["clock"];
}

/** The same connection with such a server, or such a client, behind it. Where there are no habits it is the connection itself. */
export function muddled(connection: Connection, muddle: Muddle): Connection {
  const { replies, requests, shortReads, sizes } = muddle.habits;
  if (replies === undefined && !requests && !shortReads && sizes === "true") return connection;
  const stream = new MuddledStream(connection.stream, muddle);
  return {
    stream,
    local: connection.local,
    remote: connection.remote,
    closed: connection.closed,
    reset: () => {
      stream.stop();
      connection.reset();
    },
    [Symbol.asyncDispose]: async () => {
      stream.end();
      stream.resume();
      await connection[Symbol.asyncDispose]();
      stream.stop();
    },
  };
}

/** Whatever comes within so much time is in no order. */
const requestsMs = 1;
const movable: ReadonlySet<number> = new Set([messages.read, messages.write]);

class MuddledStream extends Duplex {
  readonly #inner: Duplex;
  readonly #muddle: Muddle;
  readonly #incoming: PacketSplitter = new PacketSplitter(1_000_000);
  readonly #outgoing: PacketSplitter = new PacketSplitter(1_000_000);
  readonly #held: Buffer[] = [];
  readonly #cancels: Set<() => void> = new Set();
  #flushes: (() => void) | undefined;
  #hasEnded = false;

  constructor(inner: Duplex, muddle: Muddle) {
    super({ allowHalfOpen: true });
    this.#inner = inner;
    this.#muddle = muddle;
    this.on("error", () => {}); // `closed` says why
    inner.on("data", (bytes: Uint8Array) => this.#incoming.split(bytes, (packet) => this.#receive(packet)));
    inner.once("end", () => this.#endWhenEmpty(true));
    inner.once("error", (error) => this.destroy(error));
    inner.once("close", () => this.#endWhenEmpty(true));
  }

  /** No timer is left. */
  stop(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
    this.#held.length = 0;
  }

  override _read(): void {}

  override _write(bytes: Uint8Array, _encoding: string, done: () => void): void {
    if (this.#muddle.habits.requests) this.#outgoing.split(bytes, (packet) => this.#send(packet));
    else this.#inner.write(Buffer.from(bytes));
    done();
  }

  override _final(done: () => void): void {
    this.#flush();
    this.#inner.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.stop();
    this.#inner.destroy();
    done(error);
  }

  /** Reads and writes change places with each other only: whatever else is asked comes behind what was asked before. */
  #send(packet: Uint8Array): void {
    const message = framed(packet);
    if (!movable.has(packet[0] ?? 0)) {
      this.#flush();
      this.#inner.write(message);
      return;
    }
    this.#held.push(message);
    this.#flushes ??= this.#after(requestsMs, () => this.#flush());
  }

  #flush(): void {
    this.#flushes?.();
    this.#flushes = undefined;
    const { dice } = this.#muddle;
    while (this.#held.length > 0 && this.#inner.writable)
      for (const message of this.#held.splice(dice.below(this.#held.length), 1)) this.#inner.write(message);
  }

  #receive(packet: Uint8Array): void {
    const { dice, habits } = this.#muddle;
    const message = framed(lied(habits.shortReads ? shortened(packet, dice) : packet, habits.sizes));
    // The first one says who is there, and nothing is asked before.
    const isVersion = packet[0] === messages.version;
    const delayMs = habits.replies === undefined || isVersion ? 0 : dice.below(habits.replies.withinMs + 1);
    if (delayMs === 0) this.push(message);
    else
      this.#after(delayMs, () => {
        this.push(message);
        this.#endWhenEmpty(false);
      });
  }

  #after(delayMs: number, work: () => void): () => void {
    const cancel = this.#muddle.clock.after(delayMs, () => {
      this.#cancels.delete(stop);
      work();
    });
    const stop = (): void => {
      this.#cancels.delete(stop);
      cancel();
    };
    this.#cancels.add(stop);
    return stop;
  }

  /** What was still held is said first, unless nobody listens any more. */
  #endWhenEmpty(hasEnded: boolean): void {
    this.#hasEnded ||= hasEnded;
    if (this.#hasEnded && this.#cancels.size === 0 && !this.readableEnded && !this.destroyed) this.push(null);
  }
}

function framed(packet: Uint8Array): Buffer {
  const message = Buffer.alloc(4 + packet.length);
  message.writeUInt32BE(packet.length);
  message.set(packet, 4);
  return message;
}

/** SSH_FXP_DATA with a part of its bytes (section 6.4), now and then. */
function shortened(packet: Uint8Array, dice: Dice): Uint8Array {
  const bytes = packet.length - 9;
  if (packet[0] !== messages.data || bytes < 2 || !dice.chance(30)) return packet;
  const kept = dice.between(1, bytes - 1);
  const short = Buffer.from(packet.subarray(0, 9 + kept));
  short.writeUInt32BE(kept, 5);
  return short;
}

const hasSize = 1;

/** SSH_FXP_ATTRS (section 5) of a file with another size, or none. */
function lied(packet: Uint8Array, sizes: SftpHabits["sizes"]): Uint8Array {
  if (packet[0] !== messages.attrs || sizes === "true") return packet;
  const copy = Buffer.from(packet);
  const flags = copy.readUInt32BE(5);
  if ((flags & hasSize) === 0) return packet;
  const told = liedSize(sizes, Number(copy.readBigUInt64BE(9)));
  if (told !== undefined) {
    copy.writeBigUInt64BE(BigInt(told), 9);
    return copy;
  }
  copy.writeUInt32BE(flags & ~hasSize, 5);
  return Buffer.concat([copy.subarray(0, 9), copy.subarray(17)]);
}
