// A channel as a Connection of the network at the remote end.
import type { Clock } from "../../../platform/clock.ts";
import type { Endpoint } from "../../../platform/endpoint.ts";
import { StreamConnection } from "../../../platform/stream-connection.ts";
import type { Channel } from "./channel.ts";

/** It is closed when the server has answered our close, too (RFC 4254 section 5.3). */
export function channelConnection(channel: Channel, local: Endpoint, remote: Endpoint, clock: Clock): StreamConnection {
  return new StreamConnection({
    stream: channel,
    local,
    remote,
    clock,
    breakOff: () => channel.destroy(),
    gone: channel.gone,
  });
}
