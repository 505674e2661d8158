// One connection in proxy mode to ssh's multiplexing socket, and the channels on it.
import type { Clock } from "../../platform/clock.ts";
import { SallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";
import { printable } from "../../protocol/printable.ts";
import { channelRefused } from "../channel-refusal.ts";
import { ignoreMessage } from "../connection-protocol/channel-messages.ts";
import { ConnectionMachine } from "../connection-protocol/connection-machine.ts";
import type { ConnectionEvent } from "../connection-protocol/events.ts";
import { channelLimits, slabBytes, windowFor } from "./channel-limits.ts";
import type { ChannelEvent, ChannelHandle, ChannelOwner } from "./channel-owner.ts";
import { MuxClient } from "./mux-client.ts";
import type { MuxSocket } from "./mux-socket.ts";
import { RoundTrip } from "./round-trip.ts";
import { Upstream } from "./upstream.ts";

export interface Opening {
  readonly target: string;
  readonly opened: (handle: ChannelHandle) => ChannelOwner;
  readonly refused: (error: SallyportError) => void;
}

const nothing = ignoreMessage();
const nudgeBytesMax = 4096;

export class ProxyConnection {
  readonly #socket: MuxSocket;
  readonly #machine = new ConnectionMachine(channelLimits);
  readonly #upstream: Upstream;
  readonly #openings = new Map<number, Opening>();
  readonly #owners = new Map<number, ChannelOwner>();
  /** Settles when the connection is closed: with an error if the protocol was broken. Never rejects. */
  readonly ended: Promise<SallyportError | undefined>;
  #failure: SallyportError | undefined;
  #refusals = 0;
  readonly #roundTrip: RoundTrip;

  private constructor(socket: MuxSocket, clock: Clock) {
    this.#socket = socket;
    this.#roundTrip = new RoundTrip(clock);
    this.#upstream = new Upstream(socket, this.#machine);
    // In time: nothing comes before we have opened a channel.
    socket.onBytes = (bytes) => this.#receive(bytes);
    this.ended = socket.closed.then(() => this.#failure);
  }

  static async open(socketPath: string, clock: Clock): Promise<ProxyConnection> {
    const client = await MuxClient.connect(socketPath, slabBytes);
    return new ProxyConnection(await client.startProxy(), clock);
  }

  get channelCount(): number {
    return this.#machine.channelCount;
  }

  get upstream(): Upstream {
    return this.#upstream;
  }

  /** `opened` makes the owner at once: data may come with the next message. The returned function gives the opening up. */
  openChannel(type: string, body: Uint8Array, opening: Opening): () => void {
    const { channel, bytes } = this.#machine.open(type, body);
    this.#openings.set(channel, opening);
    this.#roundTrip.asked(channel);
    this.#socket.write(bytes);
    return () => this.#close(channel);
  }

  /** Every channel breaks with the error, and so does every opening; the server is told where it still can be. */
  abandon(error: SallyportError): void {
    for (const { refused } of this.#openings.values()) refused(error);
    this.#openings.clear();
    const owners = [...this.#owners.values()];
    this.#owners.clear();
    for (const owner of owners) owner.lost(error);
  }

  /** Once ssh has ended: it dies at once of a connection that closes after a channel was refused on it (no remote_id). */
  close(): void {
    this.#socket.destroy();
  }

  /**
   * sshd before 10.1 leaves Nagle's algorithm on until a session runs a command, and there is none: what it sends next
   * waits for our acknowledgement, which the kernel holds back for up to 40 ms (a 226 right behind a 150 took 44 ms
   * instead of 3). Anything that we send takes the acknowledgement along; so where there is nothing, send nothing.
   */
  nudge(): void {
    if (this.#socket.isOpen && !this.#socket.isWriting) this.#socket.write(nothing);
  }

  #receive(bytes: Uint8Array): void {
    for (const event of this.#machine.receive(bytes)) this.#handle(event);
    // Larger ones come in streams, which the kernel acknowledges as they come.
    if (bytes.length < nudgeBytesMax) this.nudge();
  }

  #handle(event: ConnectionEvent): void {
    if (event.type === "write") this.#socket.write(event.bytes);
    else if (event.type === "failed") this.#fail(event.error);
    else if (event.type === "opened") this.#opened(event.channel);
    else if (event.type === "refused") this.#refused(event.channel, event.reason, event.description);
    else this.#tell(event);
  }

  #tell(event: ChannelEvent): void {
    const owner = this.#owners.get(event.channel);
    if (event.type === "closed") this.#forget(event.channel);
    owner?.receive(event);
    if (event.type === "closed") this.#endIfWorn();
  }

  #opened(channel: number): void {
    this.#machine.windowMost = windowFor(this.#roundTrip.answered(channel));
    const opening = this.#openings.get(channel);
    this.#openings.delete(channel);
    if (opening !== undefined) this.#owners.set(channel, opening.opened(this.#handleOf(channel, opening.target)));
  }

  #refused(channel: number, reason: number, description: string): void {
    this.#machine.windowMost = windowFor(this.#roundTrip.answered(channel));
    this.#refusals += 1;
    const opening = this.#openings.get(channel);
    this.#openings.delete(channel);
    opening?.refused(channelRefused(opening.target, reason, printable(description)));
    this.#endIfWorn();
  }

  #handleOf(number: number, target: string): ChannelHandle {
    return {
      number,
      target,
      consume: (bytes) => {
        const adjustment = this.#machine.consume(number, bytes);
        if (adjustment !== undefined) this.#socket.write(adjustment);
      },
      endOfFile: () => this.#writeAll(this.#machine.eof(number)),
      request: (name, body) => this.#socket.write(this.#machine.request(number, name, body)),
      close: () => this.#close(number),
    };
  }

  #close(channel: number): void {
    this.#openings.delete(channel);
    this.#owners.delete(channel);
    this.#writeAll(this.#machine.close(channel));
  }

  #forget(channel: number): void {
    this.#owners.delete(channel);
    this.#roundTrip.forget(channel);
  }

  #writeAll(packets: readonly Uint8Array[]): void {
    for (const bytes of packets) this.#socket.write(bytes);
  }

  #fail(error: SallyportError): void {
    this.#failure = error;
    this.#socket.destroy();
  }

  /**
   * ssh forgets to free what it keeps of a refused channel (channel_proxy_upstream), and at 16,384 channels it ends itself,
   * whatever is under way: a day of clients that ask for an FTP server that is down. So it is ended in a quiet moment.
   */
  #endIfWorn(): void {
    if (this.#refusals < limits.sshRefusedChannelsMax || this.#machine.channelCount > 0) return;
    this.#fail(
      new SallyportError("SSH_DISCONNECTED", `ssh is ended after ${this.#refusals} refused connections`, {
        cure: "A new SSH connection is all it takes; see also why the connections are refused.",
      }),
    );
  }
}
