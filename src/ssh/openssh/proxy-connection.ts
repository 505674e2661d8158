// One connection in proxy mode to ssh's multiplexing socket, and the channels on it.
import type { SallyportError } from "../../protocol/error.ts";
import { printable } from "../../protocol/printable.ts";
import { channelRefused } from "../channel-refusal.ts";
import { ConnectionMachine } from "../connection-protocol/connection-machine.ts";
import type { ConnectionEvent } from "../connection-protocol/events.ts";
import { channelLimits, slabBytes } from "./channel-limits.ts";
import type { ChannelEvent, ChannelHandle, ChannelOwner } from "./channel-owner.ts";
import { MuxClient } from "./mux-client.ts";
import type { MuxSocket } from "./mux-socket.ts";
import { Upstream } from "./upstream.ts";

interface Opening {
  readonly target: string;
  readonly opened: (handle: ChannelHandle) => ChannelOwner;
  readonly refused: (error: SallyportError) => void;
}

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
  #isRetired = false;

  private constructor(socket: MuxSocket) {
    this.#socket = socket;
    this.#upstream = new Upstream(socket, this.#machine);
    // In time: nothing comes before we have opened a channel.
    socket.onBytes = (bytes) => this.#receive(bytes);
    this.ended = socket.closed.then(() => this.#failure);
  }

  static async open(socketPath: string): Promise<ProxyConnection> {
    const client = await MuxClient.connect(socketPath, slabBytes);
    return new ProxyConnection(await client.startProxy());
  }

  get channelCount(): number {
    return this.#machine.channelCount;
  }

  /** Channels that were refused so far: ssh keeps something of each until this connection is closed. */
  get refusals(): number {
    return this.#refusals;
  }

  get upstream(): Upstream {
    return this.#upstream;
  }

  /** `opened` makes the owner at once: data may come with the next message. The returned function gives the opening up. */
  openChannel(type: string, body: Uint8Array, opening: Opening): () => void {
    const { channel, bytes } = this.#machine.open(type, body);
    this.#openings.set(channel, opening);
    this.#socket.write(bytes);
    return () => this.#close(channel);
  }

  /** No new channels; the connection is closed with its last one. */
  retire(): void {
    this.#isRetired = true;
    this.#closeIfDone();
  }

  /** The SSH connection is gone, or we end it. */
  abandon(error: SallyportError): void {
    this.#socket.destroy();
    for (const { refused } of this.#openings.values()) refused(error);
    this.#openings.clear();
    const owners = [...this.#owners.values()];
    this.#owners.clear();
    for (const owner of owners) owner.lost(error);
  }

  #receive(bytes: Uint8Array): void {
    for (const event of this.#machine.receive(bytes)) this.#handle(event);
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
    if (event.type === "closed") this.#owners.delete(event.channel);
    owner?.receive(event);
    if (event.type === "closed") this.#closeIfDone();
  }

  #opened(channel: number): void {
    const opening = this.#openings.get(channel);
    this.#openings.delete(channel);
    if (opening !== undefined) this.#owners.set(channel, opening.opened(this.#handleOf(channel, opening.target)));
  }

  #refused(channel: number, reason: number, description: string): void {
    this.#refusals += 1;
    const opening = this.#openings.get(channel);
    this.#openings.delete(channel);
    opening?.refused(channelRefused(opening.target, reason, printable(description)));
    this.#closeIfDone();
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

  #writeAll(packets: readonly Uint8Array[]): void {
    for (const bytes of packets) this.#socket.write(bytes);
  }

  #fail(error: SallyportError): void {
    this.#failure = error;
    this.#socket.destroy();
  }

  #closeIfDone(): void {
    if (this.#isRetired && this.#machine.channelCount === 0) this.#socket.destroy();
  }
}
