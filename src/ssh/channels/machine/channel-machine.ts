// The channels of one SSH connection (RFC 4254 section 5), for both of its sides: messages in, events and messages out.
// What carries the messages, and in which bytes, is not known here.
import { SallyportError } from "../../../protocol/error.ts";
import { localFault, remoteFault } from "../../connection-protocol/fault.ts";
import {
  type ChannelMessage,
  type OpenMessage,
  openRefusal,
  type RequestArgument,
  standardError,
  type TcpipEnds,
} from "../../connection-protocol/messages.ts";
import { ChannelState } from "./channel-state.ts";
import type { DirectionState } from "./half-close.ts";
import { ReceiveWindow, SendWindow, type WindowPolicy } from "./window.ts";

export interface ChannelMachineOptions {
  readonly windows: WindowPolicy;
  /** Data bytes of one packet, either way. */
  readonly dataMax: number;
  /** Channels that we open, at once. */
  readonly channelsMax: number;
  /** The other side, for messages: `the SSH server`. */
  readonly peer: string;
  /** `released`: nothing of the message's memory is needed any more. */
  readonly send: (message: ChannelMessage, released?: () => void) => void;
}

/** What has happened. `channel` is our own number of it. */
export type ChannelEvent =
  /** The peer wants to open a channel: `accept` or `refuse`. */
  | { readonly type: "open"; readonly request: OpenMessage }
  | { readonly type: "opened"; readonly channel: number }
  /** Section 5.1. The channel is gone. */
  | { readonly type: "refused"; readonly channel: number; readonly reason: number; readonly description: string }
  /** `bytes` is a view of what came. Whoever takes them says so with `consume`. */
  | { readonly type: "data" | "standard-error"; readonly channel: number; readonly bytes: Uint8Array }
  /** More can be sent: `sendable` has grown. */
  | { readonly type: "window"; readonly channel: number }
  /** The peer sends no more data. We still may. */
  | { readonly type: "eof"; readonly channel: number }
  /** To be answered with `answer` where `wantReply` says so. */
  | {
      readonly type: "request";
      readonly channel: number;
      readonly name: string;
      readonly wantReply: boolean;
      readonly argument: RequestArgument;
    }
  /** The answer to our own request. */
  | { readonly type: "reply"; readonly channel: number; readonly ok: boolean }
  /** The peer broke the protocol on this channel, which is closed for it. Nothing is reported of it but `closed`. */
  | { readonly type: "fault"; readonly channel: number; readonly error: SallyportError }
  /** The channel is gone. `broken` in a direction: its data may be incomplete, no end-of-file was sent in it. */
  | {
      readonly type: "closed";
      readonly channel: number;
      readonly input: DirectionState;
      readonly output: DirectionState;
      /** We sent our CLOSE before the peer did. */
      readonly byUs: boolean;
    };

type Open = ChannelState & { readonly remote: NonNullable<ChannelState["remote"]> };

/** A peer that takes less than this in one packet would cost us a packet for every few bytes. */
const packetMaxLeast = 64;

/** A peer that does not keep to RFC 4254 harms one channel at most. */
export class ChannelMachine {
  readonly #options: ChannelMachineOptions;
  readonly #channels = new Map<number, ChannelState>();
  #next = 0;

  constructor(options: ChannelMachineOptions) {
    this.#options = options;
  }

  /** Channels that are being opened, open, or being closed. */
  get channelCount(): number {
    return this.#channels.size;
  }

  /** Bytes that came and that nobody has consumed. */
  get unreadBytes(): number {
    return [...this.#channels.values()].reduce((sum, channel) => sum + channel.window.unread, 0);
  }

  // ---- what we do

  /** Begins to open a channel (section 5.1): `opened` or `refused` follows. Throws SSH_CHANNEL_REFUSED where there are too many. */
  open(kind: string, ends?: TcpipEnds): number {
    const { channelsMax, dataMax, send } = this.#options;
    if (this.#channels.size >= channelsMax) throw tooMany(channelsMax);
    const { number, window } = this.#add();
    send({ type: "open", kind, sender: number, window: window.size, packetMax: dataMax, ends });
    return number;
  }

  /** Opens the channel that the peer wants. */
  accept({ sender, window, packetMax }: OpenMessage): number {
    const channel = this.#add();
    channel.remote = { number: sender, window: new SendWindow(window, Math.min(packetMax, this.#options.dataMax)) };
    this.#options.send({
      type: "open-confirmation",
      recipient: sender,
      sender: channel.number,
      window: channel.window.size,
      packetMax: this.#options.dataMax,
    });
    return channel.number;
  }

  /** `reason` is one of `openRefusal`; `description` is shown to people. */
  refuse({ sender }: OpenMessage, reason: number, description: string): void {
    this.#options.send({ type: "open-failure", recipient: sender, reason, description });
  }

  /** How many bytes {@link data} takes now. */
  sendable(number: number): number {
    const channel = this.#channels.get(number);
    return channel?.remote === undefined || channel.output !== "open" ? 0 : channel.remote.window.credit;
  }

  /** How many bytes of what was sent the peer may not have passed on; undefined for a channel that is not there. */
  outstanding(number: number): number | undefined {
    return this.#channels.get(number)?.remote?.window.outstanding;
  }

  /** Sends all of `bytes`, in packets. `released` goes with the last of them. Throws where the window is smaller (section 5.2). */
  data(number: number, bytes: Uint8Array, released?: () => void): void {
    const { number: recipient, window } = this.#spend(number, bytes.length);
    for (let at = 0; at < bytes.length; at += window.packetMax) {
      const end = at + window.packetMax;
      this.#options.send(
        { type: "data", recipient, bytes: bytes.subarray(at, end) },
        end < bytes.length ? undefined : released,
      );
    }
  }

  /** Standard error of a command, one packet of it. */
  standardError(number: number, bytes: Uint8Array): void {
    const { number: recipient } = this.#spend(number, bytes.length);
    this.#options.send({ type: "extended-data", recipient, kind: standardError, bytes });
  }

  /** We send no more data; the peer still may. Once both have said so the channel is closed, unless it `staysOpen`. */
  eof(number: number, staysOpen = false): void {
    const channel = this.#writable(number);
    if (!channel.step("output", "eof")) throw localFault(`a second end-of-file on channel ${number}`);
    channel.staysOpen = staysOpen;
    this.#options.send({ type: "eof", recipient: channel.remote.number });
    if (channel.isComplete) this.#sendClose(channel);
  }

  /**
   * Gives the channel up, in whatever state it is: without an end-of-file where none was sent. While it is being opened,
   * it is closed as soon as it is open. Nothing is reported of it but `refused` or `closed`. Idempotent.
   */
  close(number: number): void {
    const channel = this.#channels.get(number);
    if (channel === undefined) return;
    channel.isAbandoned = true;
    this.#sendClose(channel);
  }

  /** A request on the channel (section 5.4), to be answered with `reply`. */
  request(number: number, name: string, argument: RequestArgument): void {
    const channel = this.#writable(number);
    channel.unanswered += 1;
    this.#options.send({ type: "request", recipient: channel.remote.number, name, wantReply: true, argument });
  }

  /** A request that is not answered, unless the channel is closed. */
  notify(number: number, name: string, argument: RequestArgument): void {
    const recipient = this.#recipient(number);
    if (recipient !== undefined) this.#options.send({ type: "request", recipient, name, wantReply: false, argument });
  }

  /** The answer to a request of the peer's, unless the channel is closed. */
  answer(number: number, ok: boolean): void {
    const recipient = this.#recipient(number);
    if (recipient !== undefined) this.#options.send({ type: ok ? "success" : "failure", recipient });
  }

  /** The reader took `bytes` of the channel's data: where it is time for it, the peer may send more. */
  consume(number: number, bytes: number): void {
    const channel = this.#channels.get(number);
    const more = channel?.window.consume(bytes) ?? 0;
    if (more === 0 || channel?.remote === undefined || channel.input !== "open" || channel.isClosing) return;
    this.#options.send({ type: "window-adjust", recipient: channel.remote.number, bytes: more });
  }

  /** Sends a window adjustment by 0 on some channel, for the acknowledgement that it takes along. */
  adjustByNothing(): void {
    for (const { remote, isClosing } of this.#channels.values()) {
      if (remote === undefined || isClosing) continue;
      this.#options.send({ type: "window-adjust", recipient: remote.number, bytes: 0 });
      return;
    }
  }

  // ---- what the peer does

  /** The event of a message that arrived. A message about a channel that there is not has none. */
  receive(message: ChannelMessage): ChannelEvent | undefined {
    if (message.type === "open") return this.#open(message);
    const channel = this.#channels.get(message.recipient);
    if (channel === undefined) return undefined;
    if (message.type === "open-confirmation") return this.#confirmation(channel, message);
    if (message.type === "open-failure") return this.#openFailure(channel, message.reason, message.description);
    if (isOpen(channel)) return this.#receive(channel, message);
    // As the answer to an open message a CLOSE is against section 5.1, but servers do it.
    if (message.type === "close") {
      return this.#openFailure(channel, openRefusal.connectFailed, `${this.#options.peer} closed the channel`);
    }
    return this.#fault(channel, `used channel ${channel.number} before it was open`);
  }

  #receive(channel: Open, message: Exclude<ChannelMessage, OpenMessage>): ChannelEvent | undefined {
    switch (message.type) {
      case "data":
        return this.#data(channel, "data", message.bytes);
      case "extended-data":
        return this.#data(channel, "standard-error", message.bytes);
      case "window-adjust":
        return this.#windowAdjust(channel, message.bytes);
      case "eof":
        return this.#eof(channel);
      case "close":
        return this.#close(channel);
      case "request": {
        const { name, wantReply, argument } = message;
        return channel.isAbandoned
          ? undefined
          : { type: "request", channel: channel.number, name, wantReply, argument };
      }
      case "success":
      case "failure":
        return this.#reply(channel, message.type === "success");
      default:
        return undefined;
    }
  }

  #open(request: OpenMessage): ChannelEvent | undefined {
    if (request.packetMax >= packetMaxLeast) return { type: "open", request };
    this.refuse(request, openRefusal.shortage, `packets of ${request.packetMax} bytes are too small`);
    return undefined;
  }

  #confirmation(
    channel: ChannelState,
    { sender, window, packetMax }: Extract<ChannelMessage, { readonly type: "open-confirmation" }>,
  ): ChannelEvent | undefined {
    if (channel.remote !== undefined) return this.#fault(channel, `answered twice for channel ${channel.number}`);
    channel.remote = { number: sender, window: new SendWindow(window, Math.min(packetMax, this.#options.dataMax)) };
    if (packetMax < packetMaxLeast) return this.#fault(channel, `takes packets of ${packetMax} bytes only`);
    if (!channel.isAbandoned) return { type: "opened", channel: channel.number };
    this.#sendClose(channel);
    return undefined;
  }

  #openFailure(channel: ChannelState, reason: number, description: string): ChannelEvent | undefined {
    if (channel.remote !== undefined) return this.#fault(channel, `answered twice for channel ${channel.number}`);
    this.#delete(channel);
    return { type: "refused", channel: channel.number, reason, description };
  }

  #data(channel: Open, type: "data" | "standard-error", bytes: Uint8Array): ChannelEvent | undefined {
    if (channel.isAbandoned) return undefined;
    if (channel.input !== "open") return this.#fault(channel, "sent data after its end-of-file");
    if (bytes.length > this.#options.dataMax) return this.#fault(channel, "sent more in one packet than it may");
    if (!channel.window.take(bytes.length)) return this.#fault(channel, "sent more than the channel's window");
    return { type, channel: channel.number, bytes };
  }

  #windowAdjust(channel: Open, bytes: number): ChannelEvent | undefined {
    if (!channel.remote.window.adjust(bytes)) return this.#fault(channel, "made its window exceed 32 bits");
    return channel.output === "open" ? { type: "window", channel: channel.number } : undefined;
  }

  #eof(channel: Open): ChannelEvent | undefined {
    if (!channel.step("input", "eof")) return this.#fault(channel, "sent a second end-of-file");
    if (channel.isComplete) this.#sendClose(channel);
    return channel.isAbandoned ? undefined : { type: "eof", channel: channel.number };
  }

  /** Section 5.3: it is answered with ours unless that was sent already, and then the channel is gone. */
  #close(channel: Open): ChannelEvent {
    const byUs = channel.isClosing;
    channel.step("input", "close");
    this.#sendClose(channel);
    this.#delete(channel);
    const { number, input, output } = channel;
    return { type: "closed", channel: number, input, output, byUs };
  }

  #reply(channel: Open, ok: boolean): ChannelEvent | undefined {
    if (channel.unanswered === 0) return this.#fault(channel, "answered a request that was not made");
    channel.unanswered -= 1;
    return channel.isAbandoned ? undefined : { type: "reply", channel: channel.number, ok };
  }

  /** A channel that is given up already is closed by itself. */
  #fault(channel: ChannelState, what: string): ChannelEvent | undefined {
    if (channel.isAbandoned) return undefined;
    this.close(channel.number);
    return { type: "fault", channel: channel.number, error: remoteFault(`${this.#options.peer} ${what}`) };
  }

  // ---- both

  /** A number is not used again soon, so that a mistake does not hit somebody else's channel. */
  #add(): ChannelState {
    while (this.#channels.has(this.#next)) this.#next = (this.#next + 1) >>> 0;
    const channel = new ChannelState(this.#next, new ReceiveWindow(this.#options.windows));
    this.#channels.set(channel.number, channel);
    this.#next = (this.#next + 1) >>> 0;
    return channel;
  }

  #delete(channel: ChannelState): void {
    if (this.#channels.delete(channel.number)) channel.window.release();
  }

  #sendClose(channel: ChannelState): void {
    if (channel.remote === undefined || channel.isClosing) return;
    channel.step("output", "close");
    this.#options.send({ type: "close", recipient: channel.remote.number });
  }

  #spend(number: number, bytes: number): Open["remote"] {
    const channel = this.#writable(number);
    if (channel.output !== "open") throw localFault(`data on channel ${number} after its end-of-file`);
    if (bytes > channel.remote.window.credit) throw localFault(`more data on channel ${number} than its window allows`);
    channel.remote.window.spend(bytes);
    channel.window.sent(bytes);
    return channel.remote;
  }

  #writable(number: number): Open {
    const channel = this.#channels.get(number);
    if (channel === undefined || !isOpen(channel) || channel.isClosing) {
      throw localFault(`channel ${number} is not open`);
    }
    return channel;
  }

  #recipient(number: number): number | undefined {
    const channel = this.#channels.get(number);
    return channel?.isClosing ? undefined : channel?.remote?.number;
  }
}

function isOpen(channel: ChannelState): channel is Open {
  return channel.remote !== undefined;
}

function tooMany(most: number): SallyportError {
  return new SallyportError("SSH_CHANNEL_REFUSED", `${most} channels of the SSH connection are in use already`, {
    hint: "End some transfers, or start another tunnel.",
  });
}
