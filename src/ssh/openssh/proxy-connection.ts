// One connection in proxy mode to ssh's multiplexing socket, and the channels on it.
import type { Clock } from "../../platform/clock.ts";
import { SallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";
import { ignoreMessage } from "../connection-protocol/channel-messages.ts";
import { ConnectionMachine } from "../connection-protocol/connection-machine.ts";
import type { ConnectionEvent } from "../connection-protocol/events.ts";
import { channelLimits, slabBytes, windowFor } from "./channel-limits.ts";
import type { ChannelHandle } from "./channel-owner.ts";
import { ChannelRegistry, type Opening } from "./channel-registry.ts";
import { MuxClient } from "./mux-client.ts";
import type { MuxSocket } from "./mux-socket.ts";
import { RoundTrip } from "./round-trip.ts";
import { Upstream } from "./upstream.ts";

const nothing = ignoreMessage();
const nudgeBytesMax = 4096;

export class ProxyConnection {
  readonly #socket: MuxSocket;
  readonly #machine = new ConnectionMachine(channelLimits);
  readonly #upstream: Upstream;
  readonly #registry = new ChannelRegistry();
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

  /** The returned function gives the opening up. */
  openChannel(type: string, body: Uint8Array, opening: Opening): () => void {
    const { channel, bytes } = this.#machine.open(type, body);
    this.#registry.add(channel, opening);
    this.#roundTrip.asked(channel);
    this.#socket.write(bytes);
    return () => this.#close(channel);
  }

  /** Every channel breaks with the error, and so does every opening; the server is told where it still can be. */
  abandon(error: SallyportError): void {
    this.#registry.abandon(error);
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
    switch (event.type) {
      case "write":
        this.#socket.write(event.bytes);
        break;
      case "failed":
        this.#fail(event.error);
        break;
      case "opened":
        this.#answered(event.channel);
        this.#registry.opened(event.channel, (target) => this.#handleOf(event.channel, target));
        break;
      case "refused":
        this.#answered(event.channel);
        this.#refusals += 1;
        this.#registry.refused(event.channel, event.reason, event.description);
        this.#endIfWorn();
        break;
      default:
        this.#registry.tell(event);
        if (event.type === "closed") this.#gone(event.channel);
    }
  }

  #answered(channel: number): void {
    this.#machine.windowMost = windowFor(this.#roundTrip.answered(channel));
  }

  #gone(channel: number): void {
    this.#roundTrip.forget(channel);
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
      endOfFile: (options) => this.#writeAll(this.#machine.eof(number, options)),
      request: (name, body) => this.#socket.write(this.#machine.request(number, name, body)),
      notify: (name, body) => this.#writeAll(this.#machine.notify(number, name, body)),
      close: (onGone) => this.#close(number, onGone),
    };
  }

  #close(channel: number, onGone?: () => void): void {
    this.#registry.leave(channel, onGone);
    this.#writeAll(this.#machine.close(channel));
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
        hint: "A new SSH connection is all it takes; see also why the connections are refused.",
      }),
    );
  }
}
