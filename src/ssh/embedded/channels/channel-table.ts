// The channels of one SSH connection by number: opens them, and hands each message to the one that it is for.
import type { SallyportError } from "../../../protocol/error.ts";
import { channelRefused, type RefusalOf } from "../../channel-refusal.ts";
import { Channel, type ChannelCarrier } from "./channel.ts";
import type { OpenAnswer } from "./open-answer.ts";
import { channelWindow, type Pace } from "./receive-window.ts";
import type { ChannelReceiver, ChannelSender, Opened, OpenRequest } from "./ssh2-messages.ts";

interface Opening {
  readonly target: string;
  readonly refusal: RefusalOf;
  readonly resolve: (channel: Channel) => void;
  readonly reject: (reason: unknown) => void;
}

/** What the table needs to be told by its owner. */
export interface ChannelTableOptions {
  readonly isCongested: () => boolean;
  readonly whenClear: (callback: () => void) => void;
  readonly pace: Pace;
  /** The other side, for messages: `the SSH server`. */
  readonly peer: string;
  /** The other side wants to open a channel. To be answered once, now or later. */
  readonly onOpen: (request: OpenRequest, answer: OpenAnswer) => void;
}

const nudgeBytesMax = 4096;

export class ChannelTable implements ChannelReceiver, ChannelCarrier {
  readonly isCongested: () => boolean;
  readonly whenClear: (callback: () => void) => void;
  readonly pace: Pace;
  readonly peer: string;
  readonly #options: ChannelTableOptions;
  readonly #channels = new Map<number, Channel>();
  readonly #openings = new Map<number, Opening>();
  #sender: ChannelSender | undefined;
  #lost: SallyportError | undefined;
  #next = 0;

  constructor(options: ChannelTableOptions) {
    this.#options = options;
    this.isCongested = options.isCongested;
    this.whenClear = options.whenClear;
    this.pace = options.pace;
    this.peer = options.peer;
  }

  /** Set once, when the connection is authenticated. */
  set sender(sender: ChannelSender) {
    this.#sender = sender;
  }

  get send(): ChannelSender {
    return this.#sender as ChannelSender;
  }

  /** `host:port` of every channel, for a leak check. */
  get open(): readonly string[] {
    return [...this.#channels.values(), ...this.#openings.values()].map(({ target }) => target);
  }

  /** Sends an open message and waits for the answer. An aborted signal's reason is rethrown; a late channel is closed. */
  request(
    target: string,
    signal: AbortSignal,
    sendOpen: (send: ChannelSender, ours: number) => void,
    refusal: RefusalOf = (reason, description) => channelRefused(target, reason, description),
  ): Promise<Channel> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      if (this.#lost !== undefined) return reject(this.#lost);
      const onAbort = (): void => reject(signal.reason);
      signal.addEventListener("abort", onAbort, { once: true });
      const settled = (): void => signal.removeEventListener("abort", onAbort);
      const ours = this.#next++;
      this.#openings.set(ours, {
        target,
        refusal,
        reject: (reason) => {
          settled();
          reject(reason);
        },
        resolve: (channel) => {
          settled();
          if (signal.aborted) channel.destroy();
          else resolve(channel);
        },
      });
      sendOpen(this.send, ours);
    });
  }

  /** Every channel breaks with the error, and every opening fails with it. */
  lose(error: SallyportError): void {
    this.#lost = error;
    for (const opening of this.#openings.values()) opening.reject(error);
    this.#openings.clear();
    for (const channel of [...this.#channels.values()]) channel.lose(error);
  }

  forget(ours: number): void {
    this.#channels.delete(ours);
  }

  CHANNEL_OPEN(request: OpenRequest): void {
    this.#options.onOpen(request, {
      accept: (target) => this.#accept(request, target),
      refuse: (reason, words) => {
        if (this.#lost === undefined) this.send.channelOpenFail(request.sender, reason, words);
      },
    });
  }

  CHANNEL_OPEN_CONFIRMATION(opened: Opened & { readonly recipient: number }): void {
    const opening = this.#openings.get(opened.recipient);
    this.#openings.delete(opened.recipient);
    opening?.resolve(this.#add(opened.recipient, opening.target, opened));
    this.#nudge();
  }

  CHANNEL_OPEN_FAILURE(ours: number, reason: number, description: string): void {
    const opening = this.#openings.get(ours);
    this.#openings.delete(ours);
    opening?.reject(opening.refusal(reason, description));
  }

  CHANNEL_DATA(ours: number, data: Buffer): void {
    this.#channels.get(ours)?.receive(data);
    // Larger ones come in streams, which the kernel acknowledges as they come.
    if (data.length < nudgeBytesMax) this.#nudge();
  }

  CHANNEL_EXTENDED_DATA(ours: number, data: Buffer): void {
    this.#channels.get(ours)?.receiveExtended(data);
  }

  CHANNEL_WINDOW_ADJUST(ours: number, bytes: number): void {
    this.#channels.get(ours)?.receiveWindow(bytes);
  }

  CHANNEL_EOF(ours: number): void {
    this.#channels.get(ours)?.receiveEof();
    this.#nudge();
  }

  /** As the answer to an open message it is against RFC 4254 section 5.1, but servers do it. */
  CHANNEL_CLOSE(ours: number): void {
    if (this.#openings.has(ours)) this.CHANNEL_OPEN_FAILURE(ours, 2, `${this.peer} closed the channel`);
    else this.#channels.get(ours)?.receiveClose();
    this.#nudge();
  }

  /** sshd's ClientAliveInterval asks for a reply to a request that nobody knows; a refusal is an answer. */
  CHANNEL_REQUEST(ours: number, type: string, wantReply: boolean, data: unknown): void {
    const channel = this.#channels.get(ours);
    const granted = channel?.onRequest?.(type, data);
    if (wantReply) {
      channel?.tell((send, theirs) => (granted ? send.channelSuccess(theirs) : send.channelFailure(theirs)));
    }
    granted?.();
  }

  CHANNEL_SUCCESS(ours: number): void {
    this.#channels.get(ours)?.onReply?.(true);
  }

  CHANNEL_FAILURE(ours: number): void {
    this.#channels.get(ours)?.onReply?.(false);
  }

  /**
   * sshd before 10.1 leaves Nagle's algorithm on until a session runs a command: what it sends next waits for our
   * acknowledgement, which the kernel holds back for up to 40 ms. Anything that we send takes the acknowledgement along:
   * where there is nothing to send, one of the channels sends nothing.
   */
  #nudge(): void {
    for (const channel of this.#channels.values()) if (channel.sendNothing()) return;
  }

  #accept(request: OpenRequest, target: string): Channel {
    const ours = this.#next++;
    if (this.#lost === undefined) {
      this.send.channelOpenConfirm(request.sender, ours, channelWindow.firstBytes, channelWindow.packetBytes);
    }
    const channel = this.#add(ours, target, request);
    if (this.#lost !== undefined) channel.lose(this.#lost);
    return channel;
  }

  #add(ours: number, target: string, opened: Opened): Channel {
    const channel = new Channel(this, ours, target, opened);
    this.#channels.set(ours, channel);
    channel.on("error", () => {}); // it may break before the one who asked for it hears of it
    return channel;
  }
}
