// The numbers for channels on OpenSSH's multiplexing socket.
import { limits } from "../../protocol/limits.ts";
import type { ConnectionLimits } from "../connection-protocol/connection-machine.ts";

/**
 * ssh reads at most 16 KiB of a packet before it looks after its other descriptors (channels.c, read_mux, CHAN_RBUF): a
 * packet that just fits takes one round of its loop, one of 32 KiB takes three. 10 bytes stand before the data.
 */
const sendDataBytes = 16_384 - 10;

export const channelLimits: ConnectionLimits = {
  packetMax: limits.sshPacketBytesMax,
  dataMax: 32_768,
  sendMax: sendDataBytes,
  channelsMax: limits.sshChannelsMax,
  window: {
    first: limits.sshFirstWindowBytes,
    least: limits.sshLeastWindowBytes,
    most: limits.sshChannelWindowBytes,
    total: limits.sshAllWindowsBytes,
  },
};

/** What is read at once lies in pieces of this size; a packet rarely spans two, so it rarely has to be copied. */
export const slabBytes = 1_048_576;
