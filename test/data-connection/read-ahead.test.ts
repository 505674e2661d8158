import { Duplex } from "node:stream";
import { afterEach, describe, expect, it } from "vitest";
import type { CopyEnd } from "../../src/data-connection/copy.ts";
import { systemClock } from "../../src/network/system-clock.ts";
import type { Connection } from "../../src/platform/network.ts";
import { StreamConnection } from "../../src/platform/stream-connection.ts";
import { limits } from "../../src/protocol/limits.ts";
import { type Channel, channelConnection } from "../../src/ssh/channels/channel.ts";
import { Channels, type ChannelsOptions } from "../../src/ssh/channels/channels.ts";
import type { WindowPolicy } from "../../src/ssh/channels/machine/window.ts";
import { fixedWindows, WindowPace } from "../../src/ssh/channels/machine/window-pace.ts";
import { openRefusal } from "../../src/ssh/connection-protocol/messages.ts";
import { copyOf } from "./copy-of.ts";

const end = { host: "127.0.0.1", port: 1 };
const pieceBytes = 65_536;
const large = 64 * 1_048_576;

let running = new AbortController();
const copies: Promise<CopyEnd>[] = [];
afterEach(async () => {
  running.abort();
  running = new AbortController();
  await Promise.all(copies.splice(0));
});

/** As many turns of the event loop as a copy that is not held would need for `large` bytes. */
async function turns(): Promise<void> {
  for (let count = 0; count < 2000; count += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** A client whose system takes whatever is written, and acknowledges what the test says. */
class Client {
  taken = 0;
  /** What has to be acknowledged before the copy goes on: of the bytes so far all but so many. */
  readonly asked: number[] = [];
  #answer: () => void = () => {};
  readonly connection: Connection;

  constructor(tells: boolean) {
    const stream = new Duplex({
      allowHalfOpen: true,
      read: () => {},
      write: (chunk: Buffer, _encoding, done) => {
        this.taken += chunk.length;
        done();
      },
    });
    const acknowledged = (rest: number, signal: AbortSignal): Promise<void> =>
      new Promise((resolve) => {
        this.asked.push(rest);
        this.#answer = resolve;
        signal.addEventListener("abort", () => resolve());
      });
    this.connection = new StreamConnection({
      stream,
      local: end,
      remote: end,
      clock: systemClock,
      breakOff: () => stream.destroy(),
      acknowledged: tells ? acknowledged : undefined,
    });
  }

  /** It has read what was written. */
  acknowledge(): void {
    this.#answer();
  }
}

/** A server that sends `large` bytes as fast as they are taken. */
function server(): Connection {
  let left = large;
  const stream = new Duplex({
    allowHalfOpen: true,
    read: () => {
      left -= pieceBytes;
      stream.push(left < 0 ? null : Buffer.alloc(pieceBytes));
    },
    write: (_chunk, _encoding, done) => done(),
  });
  return new StreamConnection({
    stream,
    local: end,
    remote: end,
    clock: systemClock,
    breakOff: () => stream.destroy(),
  });
}

function copy(source: Connection, sink: Connection, signal: AbortSignal = running.signal): Promise<CopyEnd> {
  const copied = copyOf(source, sink, { signal });
  copies.push(copied);
  return copied;
}

describe("a copy to a client on this machine", () => {
  it("stops after a mebibyte that the client does not take", async () => {
    const client = new Client(true);
    void copy(server(), client.connection);
    await turns();
    expect(client.asked).toEqual([limits.copyAheadBytes / 4]);
    expect(client.taken).toBe(limits.copyAheadBytes);
  });

  it("goes on when the client has taken it, and is not stopped any more", async () => {
    const client = new Client(true);
    const copied = copy(server(), client.connection);
    await turns();
    client.acknowledge();
    expect(await copied).toEqual({ bytes: large, end: "eof" });
    expect(client.asked).toHaveLength(1);
  });

  it("ends at once while it is stopped", async () => {
    const client = new Client(true);
    const stop = new AbortController();
    const copied = copy(server(), client.connection, stop.signal);
    await turns();
    stop.abort();
    expect(await copied).toEqual({ bytes: limits.copyAheadBytes, end: "aborted" });
    await turns();
    expect(client.taken).toBe(limits.copyAheadBytes);
  });

  it("notices while it is stopped that the client is gone", async () => {
    const client = new Client(true);
    const copied = copy(server(), client.connection);
    await turns();
    client.connection.reset();
    expect(await copied).toMatchObject({ end: "broken", side: "sink" });
  });
});

it("a copy to a client that tells nothing is never stopped", async () => {
  const client = new Client(false);
  expect(await copy(server(), client.connection)).toEqual({ bytes: large, end: "eof" });
});

describe("a download through SSH whose client does not read", () => {
  /** The SSH host's end of a data connection, and ours, with nothing between. */
  async function channelPair(windows: WindowPolicy): Promise<{ host: Channel; ours: Channel }> {
    const reach = (): Channels => other;
    let accepted: Channel | undefined;
    const side = (role: ChannelsOptions["role"], own: WindowPolicy, to: () => Channels): Channels =>
      new Channels({
        role,
        windows: own,
        carrier: {
          send: (message, released) =>
            void setImmediate(() => {
              to().receive(message);
              released?.();
            }),
          isCongested: () => false,
          whenClear: () => {},
        },
        onOpen: (_, answer) => {
          if (role === "client") return answer.refuse(openRefusal.unknownType, "");
          accepted = answer.accept("host");
        },
      });
    const near = side("client", windows, reach);
    const other = side("server", fixedWindows(pieceBytes), () => near);
    const ours = await near.openChannel({ kind: "direct-tcpip", target: "ftp-host:1" }, running.signal);
    if (accepted === undefined) throw new Error("no channel");
    return { host: accepted, ours };
  }

  /** What the host has got rid of when it can do no more. */
  async function handedOver(roundTripMs: number): Promise<number> {
    const pace = { nowMs: () => 0, roundTripMs: () => roundTripMs, measure: () => {} };
    const windows = new WindowPace(
      {
        least: limits.sshShortLineWindowBytes,
        bytesPerMs: limits.sshWindowBytesPerMs,
        first: limits.sshFirstWindowBytes,
        most: limits.sshChannelWindowBytes,
      },
      pace,
    );
    const { host, ours } = await channelPair(windows);
    const client = new Client(true);
    void copy(channelConnection(ours, end, end, systemClock), client.connection);
    host.write(Buffer.alloc(large));
    await turns();
    return large - host.queuedBytes;
  }

  it("takes less than two mebibytes from the host on a short line", async () => {
    expect(await handedOver(0.1)).toBeLessThan(2 * 1_048_576);
  });

  it("takes no more than a long line's window beyond that", async () => {
    expect(await handedOver(50)).toBeLessThan(2 * 1_048_576 + limits.sshFirstWindowBytes);
  });
});
