// The channels of one SSH connection: how one opens, from either side, and which of them a message is for.
import { onAbort } from "../../platform/abort.ts";
import type { SallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";
import {
  type ChannelMessage,
  type OpenMessage,
  packetDataMax,
  type TcpipEnds,
} from "../connection-protocol/messages.ts";
import { channelRefused, type RefusalOf } from "../refusals.ts";
import type { Carrier } from "./carrier.ts";
import { Channel } from "./channel.ts";
import { type ChannelEvent, ChannelMachine } from "./machine/channel-machine.ts";
import type { WindowPolicy } from "./machine/window.ts";
import { SendTurns } from "./send-turns.ts";

/** A channel that we ask for. */
export interface ChannelRequest {
  /** `session`, `direct-tcpip`, `forwarded-tcpip`. */
  readonly kind: string;
  readonly ends?: TcpipEnds;
  /** `host:port`, or `session`; for messages. */
  readonly target: string;
  /** What a refusal becomes. Default: that of a connection to `target`. */
  readonly refusal?: RefusalOf;
}

/** What the peer gets for its request to open a channel (RFC 4254 section 5.1). To be given once. */
export interface OpenAnswer {
  /** `target` is for messages. */
  accept(target: string): Channel;
  /** `reason` is one of `openRefusal`; `description` is shown to people. */
  refuse(reason: number, description: string): void;
}

export interface ChannelsOptions {
  readonly carrier: Carrier;
  readonly windows: WindowPolicy;
  /** Ours. */
  readonly role: "client" | "server";
  /** The peer wants to open a channel. To be answered once, now or later. */
  readonly onOpen: (request: OpenMessage, answer: OpenAnswer) => void;
}

interface Opening {
  readonly request: ChannelRequest;
  readonly resolve: (channel: Channel) => void;
  readonly reject: (reason: unknown) => void;
}

export class Channels {
  readonly #options: ChannelsOptions;
  readonly #peer: string;
  readonly #machine: ChannelMachine;
  readonly #turns: SendTurns;
  readonly #openings = new Map<number, Opening>();
  readonly #channels = new Map<number, Channel>();
  #lost: SallyportError | undefined;
  #hasSession = false;

  constructor(options: ChannelsOptions) {
    this.#options = options;
    const { carrier, windows, role } = options;
    this.#peer = role === "client" ? "the SSH server" : "the SSH client";
    const send = (message: ChannelMessage, released?: () => void): void => carrier.send(message, released);
    this.#machine = new ChannelMachine({
      windows,
      peer: this.#peer,
      dataMax: packetDataMax,
      channelsMax: limits.sshChannelsMax,
      send,
    });
    this.#turns = new SendTurns(carrier, this.#machine);
  }

  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  /** The peer has begun what a session asked for, a command or a subsystem. */
  get hasSession(): boolean {
    return this.#hasSession;
  }

  get count(): number {
    return this.#machine.channelCount;
  }

  /** Channels that are open, being opened or being closed: `host:port` or `session`, for a leak check. */
  get open(): readonly string[] {
    return [...this.#channels.values(), ...[...this.#openings.values()].map(({ request }) => request)].map(
      ({ target }) => target,
    );
  }

  /**
   * Opens a channel. Throws SSH_CHANNEL_REFUSED with the peer's reason, what {@link lose} was given, or the signal's
   * reason; a channel that opens all the same is closed at once.
   */
  openChannel(request: ChannelRequest, signal: AbortSignal): Promise<Channel> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      if (this.#lost !== undefined) return reject(this.#lost);
      const number = this.#machine.open(request.kind, request.ends);
      const settled = onAbort(signal, () => {
        this.#machine.close(number);
        reject(signal.reason);
      });
      this.#openings.set(number, {
        request,
        resolve: (channel) => {
          settled();
          resolve(channel);
        },
        reject: (reason) => {
          settled();
          reject(reason);
        },
      });
    });
  }

  /** A message arrived. */
  receive(message: ChannelMessage): void {
    const event = this.#machine.receive(message);
    if (event !== undefined) this.#handle(event);
  }

  /** Every channel breaks with the error, and every opening fails with it. */
  lose(error: SallyportError): void {
    this.#lost ??= error;
    for (const opening of this.#openings.values()) opening.reject(this.#lost);
    this.#openings.clear();
    const channels = [...this.#channels.values()];
    this.#channels.clear();
    for (const channel of channels) channel.lose(this.#lost);
  }

  /** Sends a message that means nothing, on a channel that is open, for the acknowledgement that it takes along. */
  adjustByNothing(): void {
    this.#machine.adjustByNothing();
  }

  #handle(event: ChannelEvent): void {
    if (event.type === "open") this.#openRequest(event.request);
    else if (event.type === "opened") {
      const opening = this.#takeOpening(event.channel);
      opening?.resolve(this.#add(event.channel, opening.request.target)); // at once: data may come with the next message
    } else if (event.type === "refused") {
      const opening = this.#takeOpening(event.channel);
      opening?.reject(refusalOf(opening.request)(event.reason, event.description));
    } else {
      if (event.type === "reply") this.#hasSession ||= event.ok;
      if (event.type === "fault") this.#takeOpening(event.channel)?.reject(event.error);
      this.#channels.get(event.channel)?.receive(event);
      if (event.type === "closed") this.#forget(event.channel);
    }
  }

  #openRequest(request: OpenMessage): void {
    this.#options.onOpen(request, {
      accept: (target) => this.#accept(request, target),
      refuse: (reason, description) => this.#machine.refuse(request, reason, description),
    });
  }

  #takeOpening(number: number): Opening | undefined {
    const opening = this.#openings.get(number);
    this.#openings.delete(number);
    return opening;
  }

  /** It may have been given up while it was being opened. */
  #forget(number: number): void {
    this.#openings.delete(number);
    this.#channels.delete(number);
  }

  /** The request may be older than the loss. */
  #accept(request: OpenMessage, target: string): Channel {
    const channel = this.#add(this.#machine.accept(request), target);
    if (this.#lost === undefined) return channel;
    this.#channels.delete(channel.number);
    channel.lose(this.#lost);
    return channel;
  }

  #add(number: number, target: string): Channel {
    const isServer = this.#options.role === "server";
    const channel = new Channel({
      number,
      target,
      isServer,
      peer: this.#peer,
      machine: this.#machine,
      turns: this.#turns,
    });
    this.#channels.set(number, channel);
    return channel;
  }
}

function refusalOf({ target, refusal }: ChannelRequest): RefusalOf {
  return refusal ?? ((reason, description) => channelRefused(target, reason, description));
}
