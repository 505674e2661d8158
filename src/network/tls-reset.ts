// How a connection inside TLS is reset.
import type { TLSSocket } from "node:tls";
import type { Connection } from "../platform/network.ts";

/**
 * Takes the connection below: from now on whoever resets it breaks TLS off first. Gives what does that.
 *
 * TLSSocket works on the handle of the socket below, which must not go first. When it is destroyed it destroys that socket,
 * and just this is turned into a reset: half a file must not look whole to a peer that does not miss the close_notify.
 */
export function takeBelow(socket: TLSSocket, plain: Connection): () => void {
  const reset = plain.reset.bind(plain);
  let waits = false;
  const breakNow = (): void => {
    const below = plain.stream;
    const { destroy } = below;
    below.destroy = () => {
      below.destroy = destroy;
      reset();
      return below;
    };
    socket.once("close", reset);
    socket.destroy();
  };
  const breakOff = (): void => {
    if (socket.closed) {
      reset();
      return;
    }
    // libuv refuses to reset while TLS shuts the handle down, and Node then loses the handle for good.
    const shuttingDown = socket.writableEnded && !socket.writableFinished && socket.writableLength === 0;
    if (!shuttingDown || socket.destroyed) breakNow();
    // Its farewell finds no room: without a reset then.
    else if (waits) socket.destroy();
    else {
      waits = true;
      socket.once("finish", breakNow);
    }
  };
  plain.reset = breakOff;
  return breakOff;
}
