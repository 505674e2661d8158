// The numbers for channels on OpenSSH's multiplexing socket.
import { limits } from "../../protocol/limits.ts";
import type { ConnectionLimits } from "../connection-protocol/connection-machine.ts";

/** Data of one packet, either way: what sshd itself uses. Half of it, which ssh would read in one go, is slower (measured). */
const dataBytesMax = 32_768;

export const channelLimits: ConnectionLimits = {
  packetMax: limits.sshPacketBytesMax,
  dataMax: dataBytesMax,
  sendMax: dataBytesMax,
  channelsMax: limits.sshChannelsMax,
  window: {
    first: limits.sshFirstWindowBytes,
    least: limits.sshLeastWindowBytes,
    total: limits.sshAllWindowsBytes,
  },
};

/**
 * The window that keeps a link with this round trip full. No more: what ssh has read and we have not, it keeps in a buffer
 * that it copies and wipes whole for every packet by which it grows (sshbuf.c), 1.5 s of computing for 8 MiB and 6 s for
 * 16 (measured), which a near and fast server would bring about for nothing.
 */
export function windowFor(roundTripMs: number): number {
  const wanted = Math.round(roundTripMs * limits.sshWindowBytesPerMs);
  return Math.min(limits.sshChannelWindowBytes, Math.max(limits.sshFirstWindowBytes, wanted));
}

/** What is read at once lies in pieces of this size; a packet rarely spans two, so it rarely has to be copied. */
export const slabBytes = 1_048_576;
