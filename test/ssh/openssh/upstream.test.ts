import { describe, expect, it } from "vitest";
import { limits } from "../../../src/protocol/limits.ts";
import { SendQueue } from "../../../src/ssh/channels/send-queue.ts";
import { ConnectionMachine } from "../../../src/ssh/connection-protocol/connection-machine.ts";
import { channelLimits } from "../../../src/ssh/openssh/channel-limits.ts";
import type { MuxSocket } from "../../../src/ssh/openssh/mux-socket.ts";
import { type Source, Upstream } from "../../../src/ssh/openssh/upstream.ts";
import { adjust, confirm, describeOutput } from "../connection-protocol/model-server.ts";

/** A socket that takes bytes only when told to. */
class SlowSocket {
  readonly isOpen = true;
  readonly written: Uint8Array[] = [];
  queuedBytes = 0;
  readonly #done: (() => void)[] = [];

  write(bytes: Uint8Array, done?: () => void): void {
    this.written.push(bytes);
    this.queuedBytes += bytes.length;
    if (done !== undefined) this.#done.push(done);
  }

  drain(): void {
    this.queuedBytes = 0;
    for (const done of this.#done.splice(0)) done();
  }
}

class TestSource implements Source {
  readonly number: number;
  readonly queue = new SendQueue();
  sentCount = 0;

  constructor(number: number, bytes: number) {
    this.number = number;
    this.queue.push(new Uint8Array(bytes));
  }

  get queuedBytes(): number {
    return this.queue.bytes;
  }

  takeQueued(most: number): Uint8Array {
    return this.queue.take(most);
  }

  sent(): void {
    this.sentCount += 1;
  }
}

const mebibyte = 1_048_576;

function open(count: number, window: number): { machine: ConnectionMachine; socket: SlowSocket; upstream: Upstream } {
  const machine = new ConnectionMachine(channelLimits);
  for (let index = 0; index < count; index += 1) {
    const { channel } = machine.open("session");
    machine.receive(confirm(channel, channel + 100, window, 32_768));
  }
  const socket = new SlowSocket();
  return { machine, socket, upstream: new Upstream(socket as unknown as MuxSocket, machine) };
}

/** The server's numbers of the channels, in the order in which their data was written. */
function turns(socket: SlowSocket): number[] {
  const numbers = describeOutput(socket.written).map((line) => Number(line.split(" ")[1]));
  return numbers.filter((number, index) => number !== numbers[index - 1]);
}

describe("channels that send at the same time", () => {
  it("take turns, and a small one does not wait for a large one", () => {
    const { socket, upstream } = open(3, 8 * mebibyte);
    const sources = [new TestSource(0, 4 * mebibyte), new TestSource(1, 4 * mebibyte), new TestSource(2, 10)];
    for (const source of sources) upstream.add(source);
    for (let round = 0; round < 20; round += 1) socket.drain();
    expect(sources.map(({ sentCount }) => sentCount)).toEqual([1, 1, 1]);
    const order = turns(socket);
    // The first filled the socket before there was a second one.
    expect(order.slice(0, 6)).toEqual([100, 101, 102, 100, 101, 100]);
  });

  it("run no further ahead of ssh than the queue's limit and one turn", () => {
    const { socket, upstream } = open(1, 64 * mebibyte);
    upstream.add(new TestSource(0, 32 * mebibyte));
    expect(socket.queuedBytes).toBeGreaterThanOrEqual(limits.sshSendQueueBytes);
    expect(socket.queuedBytes).toBeLessThan(limits.sshSendQueueBytes + 70_000);
  });

  it("stop at the server's window and continue with its adjustment", () => {
    const { machine, socket, upstream } = open(1, 100_000);
    const source = new TestSource(0, 150_000);
    upstream.add(source);
    socket.drain();
    expect([source.queuedBytes, source.sentCount]).toEqual([50_000, 0]);
    machine.receive(adjust(0, 60_000));
    upstream.add(source);
    socket.drain();
    expect([source.queuedBytes, source.sentCount]).toEqual([0, 1]);
  });

  it("that are given up send nothing more", () => {
    const { socket, upstream } = open(1, 8 * mebibyte);
    const source = new TestSource(0, 4 * mebibyte);
    upstream.add(source);
    upstream.remove(source);
    const before = socket.written.length;
    socket.drain();
    expect(socket.written.length).toBe(before);
  });
});

describe("SendQueue", () => {
  it("gives back all bytes in their order, whatever is put in and taken out", () => {
    const queue = new SendQueue();
    for (const piece of ["sally", "", "port", " is a ", "door"]) queue.push(Buffer.from(piece));
    const sizes = [3, 4, 1, 100];
    expect(sizes.map((size) => Buffer.from(queue.take(size)).toString())).toEqual(["sal", "lypo", "r", "t is a door"]);
    expect([queue.bytes, queue.take(5).length]).toEqual([0, 0]);
  });
});
