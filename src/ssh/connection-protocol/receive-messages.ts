// What arrives: one handler for each message of RFC 4254 that a server may send.
import type { Channel } from "./channel.ts";
import { aboutChannel, channelOpenFailure, requestFailure } from "./channel-messages.ts";
import type { ChannelTable } from "./channel-table.ts";
import type { ConnectionEvent } from "./events.ts";
import { remoteFault } from "./fault.ts";
import { administrativelyProhibited, message } from "./message-numbers.ts";
import { SendWindow } from "./send-window.ts";
import { WireReader } from "./wire-reader.ts";

type Handler = (reader: WireReader, events: ConnectionEvent[]) => void;

const ignore: Handler = () => {};

/** A peer that takes less than this in one packet would cost us a packet for every few bytes. */
const packetMaxLeast = 64;

/** Throws SSH_PROTOCOL for what the peer must not send. */
export class PacketReceiver {
  readonly #channels: ChannelTable;
  readonly #dataMax: number;
  readonly #handlers: ReadonlyMap<number, Handler>;

  constructor(channels: ChannelTable, dataMax: number) {
    this.#channels = channels;
    this.#dataMax = dataMax;
    this.#handlers = new Map<number, Handler>([
      [message.ignore, ignore],
      [message.unimplemented, ignore],
      [message.debug, ignore],
      [message.globalRequest, (reader, events) => this.#globalRequest(reader, events)],
      [message.requestSuccess, ignore],
      [message.requestFailure, ignore],
      [message.channelOpen, (reader, events) => this.#channelOpen(reader, events)],
      [message.channelOpenConfirmation, (reader, events) => this.#confirmation(reader, events)],
      [message.channelOpenFailure, (reader, events) => this.#openFailure(reader, events)],
      [message.channelWindowAdjust, (reader, events) => this.#windowAdjust(reader, events)],
      [message.channelData, (reader, events) => this.#data(reader, events)],
      [message.channelExtendedData, (reader, events) => this.#extendedData(reader, events)],
      [message.channelEof, (reader, events) => this.#eof(reader, events)],
      [message.channelClose, (reader, events) => this.#close(reader, events)],
      [message.channelRequest, (reader, events) => this.#request(reader, events)],
      [message.channelSuccess, (reader, events) => this.#reply(reader, events, true)],
      [message.channelFailure, (reader, events) => this.#reply(reader, events, false)],
    ]);
  }

  /** `packet`: padding length, message number, body. */
  receive(packet: Uint8Array, events: ConnectionEvent[]): void {
    const reader = new WireReader(packet);
    const padding = reader.byte();
    if (padding !== 0) throw remoteFault(`ssh sent a packet with ${padding} bytes of padding where there is none`);
    const number = reader.byte();
    const handler = this.#handlers.get(number);
    if (handler === undefined) throw remoteFault(`ssh sent message ${number}, which does not belong here`);
    handler(reader, events);
  }

  /** Section 4. We offer nothing. */
  #globalRequest(reader: WireReader, events: ConnectionEvent[]): void {
    reader.string();
    if (reader.boolean()) events.push({ type: "write", bytes: requestFailure() });
  }

  /** Section 5.1. We take no channels: forwarded connections come over their own socket (openssh/README.md). */
  #channelOpen(reader: WireReader, events: ConnectionEvent[]): void {
    reader.string();
    events.push({ type: "write", bytes: channelOpenFailure(reader.uint32(), administrativelyProhibited) });
  }

  #confirmation(reader: WireReader, events: ConnectionEvent[]): void {
    const channel = this.#opening(reader.uint32());
    const [number, credit, packetMax] = [reader.uint32(), reader.uint32(), reader.uint32()];
    if (packetMax < packetMaxLeast) throw remoteFault(`the SSH server takes packets of ${packetMax} bytes only`);
    channel.remote = { number, window: new SendWindow(credit, packetMax) };
    if (channel.isAbandoned) this.#sendClose(channel, events);
    else events.push({ type: "opened", channel: channel.number });
  }

  #openFailure(reader: WireReader, events: ConnectionEvent[]): void {
    const channel = this.#opening(reader.uint32());
    const reason = reader.uint32();
    const description = reader.text();
    this.#channels.delete(channel);
    events.push({ type: "refused", channel: channel.number, reason, description });
  }

  #windowAdjust(reader: WireReader, events: ConnectionEvent[]): void {
    const channel = this.#open(reader.uint32());
    if (!channel.remote?.window.adjust(reader.uint32())) throw remoteFault("the SSH server's window exceeds 32 bits");
    if (channel.output === "open") events.push({ type: "window", channel: channel.number });
  }

  #data(reader: WireReader, events: ConnectionEvent[]): void {
    const channel = this.#open(reader.uint32());
    const bytes = this.#take(channel, reader.string());
    if (bytes !== undefined) events.push({ type: "data", channel: channel.number, bytes });
  }

  #extendedData(reader: WireReader, events: ConnectionEvent[]): void {
    const channel = this.#open(reader.uint32());
    const kind = reader.uint32();
    const bytes = this.#take(channel, reader.string());
    if (bytes !== undefined) events.push({ type: "extended-data", channel: channel.number, kind, bytes });
  }

  /** Undefined: nobody wants the data any more. It counts all the same; what a window does not hold is a fault. */
  #take(channel: Channel, bytes: Uint8Array): Uint8Array | undefined {
    if (channel.input !== "open") throw remoteFault("the SSH server sent data after its end-of-file");
    if (bytes.length > this.#dataMax) throw remoteFault("the SSH server sent more in one packet than it may");
    if (!channel.window.take(bytes.length)) throw remoteFault("the SSH server sent more than the channel's window");
    return channel.isAbandoned ? undefined : bytes;
  }

  #eof(reader: WireReader, events: ConnectionEvent[]): void {
    const channel = this.#open(reader.uint32());
    if (!channel.step("input", "eof")) throw remoteFault("the SSH server sent a second end-of-file");
    if (!channel.isAbandoned) events.push({ type: "eof", channel: channel.number });
    if (channel.isComplete) this.#sendClose(channel, events);
  }

  /** Section 5.3: it is answered with ours unless that was sent already, and then the channel is gone. */
  #close(reader: WireReader, events: ConnectionEvent[]): void {
    const channel = this.#open(reader.uint32());
    const byUs = channel.isClosing;
    channel.step("input", "close");
    if (!byUs) this.#sendClose(channel, events);
    this.#channels.delete(channel);
    const { number, input, output } = channel;
    events.push({ type: "closed", channel: number, input, output, byUs });
  }

  /** Sections 5.4 and 6.10. What we do not know is refused where an answer is wanted. */
  #request(reader: WireReader, events: ConnectionEvent[]): void {
    const channel = this.#open(reader.uint32());
    const name = reader.text();
    const wantReply = reader.boolean();
    const { number } = channel;
    if (channel.isAbandoned) return;
    if (name === "exit-status") events.push({ type: "exit-status", channel: number, status: reader.uint32() });
    if (!wantReply || channel.isClosing || channel.remote === undefined) return;
    events.push({ type: "write", bytes: aboutChannel(message.channelFailure, channel.remote.number) });
  }

  #reply(reader: WireReader, events: ConnectionEvent[], ok: boolean): void {
    const channel = this.#open(reader.uint32());
    if (channel.unanswered === 0) throw remoteFault("the SSH server answered a request that was not made");
    channel.unanswered -= 1;
    if (!channel.isAbandoned) events.push({ type: "reply", channel: channel.number, ok });
  }

  #sendClose(channel: Channel, events: ConnectionEvent[]): void {
    if (channel.remote === undefined) return;
    channel.step("output", "close");
    events.push({ type: "write", bytes: aboutChannel(message.channelClose, channel.remote.number) });
  }

  #opening(number: number): Channel {
    const channel = this.#channels.named(number);
    if (channel.remote !== undefined) throw remoteFault(`the SSH server answered twice for channel ${number}`);
    return channel;
  }

  #open(number: number): Channel {
    const channel = this.#channels.named(number);
    if (channel.remote === undefined) throw remoteFault(`the SSH server used channel ${number} before it was open`);
    return channel;
  }
}
