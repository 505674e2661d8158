// Opens a session channel (RFC 4254 section 6.1).
import { type SessionPurpose, sessionRefused } from "../../session-refusal.ts";
import type { Channel } from "./channel.ts";
import type { ChannelTable } from "./channel-table.ts";
import { channelWindow } from "./receive-window.ts";

export function openSession(
  channels: ChannelTable,
  target: string,
  purpose: SessionPurpose,
  signal: AbortSignal,
): Promise<Channel> {
  return channels.request(
    target,
    signal,
    (send, ours) => send.session(ours, channelWindow.firstBytes, channelWindow.packetBytes),
    (reason, description) => sessionRefused(purpose, reason, description),
  );
}
