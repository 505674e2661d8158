// The channels of a connection of the ssh2 library, the client's or the server's side of it.
import type { Duplex } from "node:stream";
import type { Carrier } from "../../channels/carrier.ts";
import { Channels, type ChannelsOptions } from "../../channels/channels.ts";
import type { ChannelMessage } from "../../connection-protocol/messages.ts";
import { SendGate } from "../transport/send-gate.ts";
import { keyExchangeProbe, type Ssh2Peer, sendBySsh2, takeOverChannels } from "./ssh2-messages.ts";

/** Larger data come in streams, which the kernel acknowledges as they come. */
const nudgeBytesMax = 4096;

export interface Ssh2ChannelsOptions extends Omit<ChannelsOptions, "carrier"> {
  /** Authenticated. */
  readonly peer: Ssh2Peer;
  /** What ssh2 writes to. */
  readonly stream: Duplex;
}

/** Takes the channels over from ssh2. */
export function ssh2Channels(options: Ssh2ChannelsOptions): Channels {
  const { peer, stream } = options;
  const gate = new SendGate(stream, keyExchangeProbe(peer));
  peer.on("handshake", () => gate.open());
  const carrier: Carrier = {
    send: (message) => {
      if (channels.isLost) return; // ssh2 can send nothing any more
      sendBySsh2(peer, message);
    },
    isCongested: () => gate.isCongested(),
    whenClear: (callback) => gate.whenClear(callback),
  };
  const channels = new Channels({ ...options, carrier });
  takeOverChannels(peer, (message) => {
    channels.receive(message);
    if (wantsNudge(message)) channels.adjustByNothing();
  });
  return channels;
}

/**
 * sshd before 10.1 leaves Nagle's algorithm on until a session runs a command: what it sends next waits for our
 * acknowledgement, which the kernel holds back for up to 40 ms. Anything that we send takes the acknowledgement along:
 * where there is nothing to send, one of the channels sends nothing.
 */
function wantsNudge(message: ChannelMessage): boolean {
  if (message.type === "data") return message.bytes.length < nudgeBytesMax;
  return message.type === "open-confirmation" || message.type === "eof" || message.type === "close";
}
