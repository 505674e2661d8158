// The SSH connection protocol (RFC 4254) of a client that opens channels: bytes in, events and bytes out. What we send is
// in this file, what arrives is in receive-messages.ts.
import { isSallyportError, SallyportError } from "../../protocol/error.ts";
import type { Channel } from "./channel.ts";
import {
  aboutChannel,
  channelDataHeader,
  channelOpen,
  channelRequest,
  channelWindowAdjust,
} from "./channel-messages.ts";
import { ChannelTable } from "./channel-table.ts";
import type { ConnectionEvent } from "./events.ts";
import { localFault } from "./fault.ts";
import { message } from "./message-numbers.ts";
import { PacketSplitter } from "./packet-splitter.ts";
import { PacketReceiver } from "./receive-messages.ts";
import { WindowBudget, type WindowLimits } from "./window-budget.ts";

export interface ConnectionLimits {
  /** Bytes of one packet. */
  readonly packetMax: number;
  /** Data bytes of one packet that the peer may send us. */
  readonly dataMax: number;
  /** Data bytes of one packet that we send, however much the peer would take. */
  readonly sendMax: number;
  readonly channelsMax: number;
  readonly window: WindowLimits;
}

const empty = new Uint8Array(0);

export class ConnectionMachine {
  readonly #limits: ConnectionLimits;
  readonly #splitter: PacketSplitter;
  readonly #budget: WindowBudget;
  readonly #channels: ChannelTable;
  readonly #receiver: PacketReceiver;
  #hasFailed = false;

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
    this.#splitter = new PacketSplitter(limits.packetMax);
    this.#budget = new WindowBudget(limits.window);
    this.#channels = new ChannelTable(this.#budget, limits.channelsMax);
    this.#receiver = new PacketReceiver(this.#channels, limits.dataMax);
  }

  /** Channels that are being opened, open, or being closed. */
  get channelCount(): number {
    return this.#channels.size;
  }

  /** Bytes that came and that nobody has consumed. */
  get unreadBytes(): number {
    return [...this.#channels].reduce((sum, channel) => sum + channel.window.unread, 0);
  }

  /** Windows of channels on which data streams grow to this many bytes: what the network holds in one round trip. */
  set windowMost(bytes: number) {
    this.#budget.most = bytes;
  }

  /** The events of what arrived, the same however the bytes are split. After `failed` there are none. */
  receive(bytes: Uint8Array): ConnectionEvent[] {
    const events: ConnectionEvent[] = [];
    if (this.#hasFailed) return events;
    try {
      this.#splitter.split(bytes, (packet) => this.#receiver.receive(packet, events));
    } catch (error) {
      if (!isSallyportError(error)) throw error;
      this.#hasFailed = true;
      events.push({ type: "failed", error });
    }
    return events;
  }

  /**
   * Begins to open a channel (RFC 4254 section 5.1); `opened` or `refused` will tell. Throws SSH_CHANNEL_REFUSED where there are too many. `body` is what the channel's type
   * wants after the maximum packet size.
   */
  open(type: string, body: Uint8Array = empty): { readonly channel: number; readonly bytes: Uint8Array } {
    if (this.#channels.isFull) throw tooMany(this.#limits.channelsMax);
    const channel = this.#channels.add();
    const bytes = channelOpen(type, channel.number, channel.window.size, this.#limits.dataMax, body);
    return { channel: channel.number, bytes };
  }

  /** How many bytes {@link data} takes now. */
  sendable(number: number): number {
    const channel = this.#channels.find(number);
    return channel?.remote === undefined || channel.output !== "open" ? 0 : channel.remote.window.credit;
  }

  /** Packets with all of `bytes`: headers and views of `bytes` in turn. Throws where the window is smaller (section 5.2). */
  data(number: number, bytes: Uint8Array): Uint8Array[] {
    const channel = this.#channels.writable(number);
    const { window } = channel.remote;
    if (channel.output !== "open") throw localFault(`data on channel ${number} after its end-of-file`);
    if (bytes.length > window.credit) throw localFault(`more data on channel ${number} than its window allows`);
    window.spend(bytes.length);
    channel.window.answered();
    const most = Math.min(window.packetMax, this.#limits.sendMax);
    const out: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += most) {
      const piece = bytes.subarray(at, at + most);
      out.push(channelDataHeader(channel.remote.number, piece.length), piece);
    }
    return out;
  }

  /** We send no more data; the peer still may. Once both have said so the channel is closed, unless it `staysOpen`. */
  eof(number: number, { staysOpen }: { readonly staysOpen: boolean } = { staysOpen: false }): Uint8Array[] {
    const channel = this.#channels.writable(number);
    channel.staysOpen = staysOpen;
    if (!channel.step("output", "eof")) throw localFault(`a second end-of-file on channel ${number}`);
    const out = [aboutChannel(message.channelEof, channel.remote.number)];
    if (channel.isComplete) out.push(this.#close(channel, channel.remote.number));
    return out;
  }

  /**
   * Gives the channel up, in whatever state it is: without an end-of-file where none was sent. While it is being opened,
   * it is closed as soon as it is open. Nothing is reported of it but `refused` or `closed`.
   */
  close(number: number): Uint8Array[] {
    const channel = this.#channels.find(number);
    if (channel === undefined || channel.isClosing) return [];
    channel.isAbandoned = true;
    return channel.remote === undefined ? [] : [this.#close(channel, channel.remote.number)];
  }

  /** A request on the channel (section 5.4), to be answered with `reply`. `body` is what follows "want reply". */
  request(number: number, name: string, body: Uint8Array = empty): Uint8Array {
    const channel = this.#channels.writable(number);
    channel.unanswered += 1;
    return channelRequest(channel.remote.number, name, true, body);
  }

  /** A request that is not answered, unless the channel is closed. */
  notify(number: number, name: string, body: Uint8Array = empty): Uint8Array[] {
    const channel = this.#channels.find(number);
    if (channel?.remote === undefined || channel.isClosing) return [];
    return [channelRequest(channel.remote.number, name, false, body)];
  }

  /** The reader took `bytes` of the channel's data. Returns a window adjustment where it is time for one. */
  consume(number: number, bytes: number): Uint8Array | undefined {
    const channel = this.#channels.find(number);
    const more = channel?.window.consume(bytes) ?? 0;
    if (more === 0 || channel?.remote === undefined || channel.input !== "open" || channel.isClosing) return undefined;
    return channelWindowAdjust(channel.remote.number, more);
  }

  #close(channel: Channel, remote: number): Uint8Array {
    channel.step("output", "close");
    return aboutChannel(message.channelClose, remote);
  }
}

function tooMany(most: number): SallyportError {
  return new SallyportError("SSH_CHANNEL_REFUSED", `${most} channels of the SSH connection are in use already`, {
    hint: "End some transfers, or start another tunnel.",
  });
}
