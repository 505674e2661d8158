// What a peer sends, as messages, and what a machine sends, in words.
import type { ChannelMessage, RequestArgument } from "../../../../src/ssh/connection-protocol/messages.ts";

const bytesOf = (bytes: Uint8Array | string): Uint8Array => (typeof bytes === "string" ? Buffer.from(bytes) : bytes);

/** Channel `ours` gets the number `theirs` at the peer. */
export const confirm = (ours: number, theirs: number, window = 1000, packetMax = 100): ChannelMessage => ({
  type: "open-confirmation",
  recipient: ours,
  sender: theirs,
  window,
  packetMax,
});

export const refuse = (ours: number, reason: number, description: string): ChannelMessage => ({
  type: "open-failure",
  recipient: ours,
  reason,
  description,
});

export const data = (ours: number, bytes: Uint8Array | string): ChannelMessage => ({
  type: "data",
  recipient: ours,
  bytes: bytesOf(bytes),
});

export const extendedData = (ours: number, kind: number, bytes: string): ChannelMessage => ({
  type: "extended-data",
  recipient: ours,
  kind,
  bytes: bytesOf(bytes),
});

export const adjust = (ours: number, bytes: number): ChannelMessage => ({
  type: "window-adjust",
  recipient: ours,
  bytes,
});

export const eof = (ours: number): ChannelMessage => ({ type: "eof", recipient: ours });
export const close = (ours: number): ChannelMessage => ({ type: "close", recipient: ours });

export const request = (
  ours: number,
  name: string,
  wantReply: boolean,
  argument?: RequestArgument,
): ChannelMessage => ({ type: "request", recipient: ours, name, wantReply, argument });

export const reply = (ours: number, ok: boolean): ChannelMessage => ({
  type: ok ? "success" : "failure",
  recipient: ours,
});

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

/** Name and numbers, strings as they are. */
export function describeMessage(message: ChannelMessage): string {
  switch (message.type) {
    case "open":
      return `open ${message.kind} ${message.sender} window=${message.window} packet=${message.packetMax}`;
    case "open-confirmation":
      return `open-confirmation ${message.recipient} window=${message.window} packet=${message.packetMax}`;
    case "open-failure":
      return `open-failure ${message.recipient} reason=${message.reason}`;
    case "data":
    case "extended-data":
      return `${message.type} ${message.recipient} ${text(message.bytes)}`;
    case "window-adjust":
      return `window-adjust ${message.recipient} ${message.bytes}`;
    case "request":
      return `request ${message.recipient} ${message.name} ${message.argument ?? ""}`.trimEnd();
    default:
      return `${message.type} ${message.recipient}`;
  }
}
