// How a connection inside TLS is broken off.
import type { TLSSocket } from "node:tls";
import type { Connection } from "../platform/network.ts";

/**
 * TLSSocket works on the handle of the socket below, which must not go first. When it is destroyed it destroys that socket,
 * and just this is turned into a reset: half a file must not look whole to a peer that does not miss the close_notify.
 */
export function resetBelow(socket: TLSSocket, plain: Connection): void {
  const below = plain.stream;
  const { destroy } = below;
  below.destroy = () => {
    below.destroy = destroy;
    plain.reset();
    return below;
  };
  socket.once("close", () => plain.reset());
  socket.destroy();
}
