// What a connection of the ssh2 library does for our channels: carries them, the client's or the server's side of it; asks for
// listeners; and measures how long the line is.
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Client } from "ssh2";
import type { Clock } from "../../../platform/clock.ts";
import { formatEndpoint } from "../../../platform/endpoint.ts";
import type { SallyportError } from "../../../protocol/error.ts";
import type { Carrier } from "../../channels/carrier.ts";
import { Channels, type ChannelsOptions } from "../../channels/channels.ts";
import type { Pace } from "../../channels/machine/window-pace.ts";
import type { ForwardRequests } from "../../channels/tcpip-forward.ts";
import type { ChannelMessage } from "../../connection-protocol/messages.ts";
import { nudgeBytesMax } from "../../nudge.ts";
import { forwardRefused } from "../../refusals.ts";
import { SendGate } from "../transport/send-gate.ts";
import { PacketMemory } from "./packet-memory.ts";
import { cipherOf, keyExchangeProbe, ping, type Ssh2Peer, sendBySsh2, takeOverChannels } from "./ssh2-messages.ts";

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
  // Other streams may keep what they have written.
  const memory = stream instanceof Socket ? new PacketMemory(stream) : undefined;
  memory?.serve(cipherOf(peer));
  peer.on("handshake", () => {
    memory?.serve(cipherOf(peer));
    gate.open();
  });
  const carrier: Carrier = {
    send: (message, released) => {
      if (channels.isLost) return; // ssh2 can send nothing any more
      sendBySsh2(peer, message);
      released?.(); // ssh2 has copied it
    },
    isCongested: () => gate.isCongested(),
    whenClear: (callback) => gate.whenClear(callback),
  };
  const channels = new Channels({ ...options, carrier });
  takeOverChannels(peer, (message) => {
    channels.receive(message);
    if (!channels.hasSession && wantsNudge(message)) channels.adjustByNothing();
  });
  return channels;
}

/** Then one of the channels sends a message that means nothing (nudge.ts). */
function wantsNudge(message: ChannelMessage): boolean {
  if (message.type === "data") return message.bytes.length < nudgeBytesMax;
  return message.type === "open-confirmation" || message.type === "eof" || message.type === "close";
}

/** tcpip-forward and its cancellation (RFC 4254 section 7.1). `lost` is why requests fail once the connection is gone. Without a callback ssh2 asks for no reply. */
export function forwardRequests(client: Client, lost: () => SallyportError | undefined): ForwardRequests {
  return {
    listen: (host, port, onBound) =>
      new Promise((resolve, reject) => {
        const fail = (): void => reject(lost() ?? forwardRefused(formatEndpoint({ host: host || "*", port })));
        try {
          client.forwardIn(host, port, (error, bound) => (error ? fail() : resolve(onBound(bound))));
        } catch {
          fail(); // ssh2 throws "Not connected"
        }
      }),
    cancel: (host, port) =>
      new Promise((resolve) => {
        try {
          client.unforwardIn(host, port, () => resolve());
        } catch {
          resolve();
        }
      }),
  };
}

const roundTripSamples = 4;

/**
 * The shortest of some answers to a question that costs the server nothing, one after the other from now on, and of another one
 * for each channel. Until the first answer the line counts as endlessly long.
 */
export function measureRoundTrip(client: Client, clock: Clock): Pace {
  let shortestMs = Number.POSITIVE_INFINITY;
  let left = 0;
  const sample = (): void => {
    const sinceMs = clock.nowMs();
    ping(client, () => {
      shortestMs = Math.min(shortestMs, clock.nowMs() - sinceMs);
      left -= 1;
      if (left > 0) sample();
    });
  };
  const measure = (samples: number): void => {
    if (left > 0) return;
    left = samples;
    sample();
  };
  measure(roundTripSamples);
  return { nowMs: () => clock.nowMs(), roundTripMs: () => shortestMs, measure: () => measure(1) };
}
