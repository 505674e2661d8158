// The channels of a client at a server that does as it is told, and a carrier that takes messages only when it has room.

import type { Channel } from "../../../src/ssh/channels/channel.ts";
import { type ChannelRequest, Channels, type ChannelsOptions } from "../../../src/ssh/channels/channels.ts";
import { fixedWindows } from "../../../src/ssh/channels/machine/window-pace.ts";
import { type ChannelMessage, openRefusal } from "../../../src/ssh/connection-protocol/messages.ts";
import { confirm, describeMessage } from "./machine/messages.ts";

export const never: AbortSignal = new AbortController().signal;
export const windowBytes = 2_097_152;

export interface ChannelsRig {
  readonly channels: Channels;
  /** What has been sent since it was asked for last, in words. */
  readonly sent: () => string[];
  readonly receive: (...messages: readonly ChannelMessage[]) => void;
  /** Opens a channel, which gets the number 70 and counting at the server. */
  readonly open: (window?: number, packetMax?: number, request?: ChannelRequest) => Promise<Channel>;
  /** Bytes of data that the carrier takes before it is congested; it is cleared by setting it. */
  room: number;
  /** While it is set the carrier keeps the memory of data; what it kept is in it. */
  kept: (() => void)[] | undefined;
}

export function channelsRig(options: Partial<Pick<ChannelsOptions, "role" | "onOpen" | "windows">> = {}): ChannelsRig {
  let lines: string[] = [];
  let room = Number.POSITIVE_INFINITY;
  let waiting: (() => void)[] = [];
  let opened = 0;
  let kept: (() => void)[] | undefined;
  const channels = new Channels({
    windows: fixedWindows(windowBytes),
    role: "client",
    onOpen: (_, answer) => answer.refuse(openRefusal.unknownType, ""),
    ...options,
    carrier: {
      send: (message, released) => {
        if (message.type === "data") room -= message.bytes.length;
        lines.push(describeMessage(message));
        if (kept === undefined) released?.();
        else if (released !== undefined) kept.push(released);
      },
      isCongested: () => room <= 0,
      whenClear: (callback) => waiting.push(callback),
    },
  });
  const receive = (...messages: readonly ChannelMessage[]): void => {
    for (const message of messages) channels.receive(message);
  };
  return {
    channels,
    receive,
    sent: () => {
      const all = lines;
      lines = [];
      return all;
    },
    open: async (window = 1000, packetMax = 100, request = { kind: "direct-tcpip", target: "ftp-host:21" }) => {
      const opening = channels.openChannel(request, never);
      const number = opened++;
      receive(confirm(number, 70 + number, window, packetMax));
      const channel = await opening;
      lines = [];
      return channel;
    },
    get kept() {
      return kept;
    },
    set kept(callbacks) {
      kept = callbacks;
    },
    get room() {
      return room;
    },
    set room(bytes) {
      room = bytes;
      const callbacks = waiting;
      waiting = [];
      for (const callback of callbacks) callback();
    },
  };
}
