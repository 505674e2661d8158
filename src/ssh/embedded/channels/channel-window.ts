// How much a server may send before we have read it (RFC 4254 section 5.2).
import { limits } from "../../../protocol/limits.ts";

export interface ChannelWindow {
  /** Of each channel. A transfer's speed is at most this per round trip; an unread channel holds at most this much. */
  readonly bytes: number;
  /** Read bytes are given back to the server in pieces of at least this size. */
  readonly adjustBytes: number;
  /** Largest packet either way: what RFC 4253 section 6.1 requires everybody to take. */
  readonly packetBytes: number;
}

export const channelWindow: ChannelWindow = {
  bytes: limits.sshChannelWindowBytes,
  adjustBytes: 256 * 1024,
  packetBytes: 32_768,
};
