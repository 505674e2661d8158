// A TCP connection of this machine.
import type { Socket } from "node:net";
import type { Clock } from "../platform/clock.ts";
import { formatEndpoint } from "../platform/endpoint.ts";
import type { Connection } from "../platform/network.ts";
import { StreamConnection } from "../platform/stream-connection.ts";
import { makeEndHonest } from "./honest-end.ts";
import { intoBuffers } from "./socket-buffers.ts";
import { translateErrors } from "./socket-errors.ts";
import { systemEndpoint } from "./system-endpoint.ts";

/** Makes a connection of a socket that is connected and has {@link socketOptions}. */
export function systemConnection(socket: Socket, clock: Clock): Connection {
  const local = systemEndpoint(socket.localAddress, socket.localPort);
  const remote = systemEndpoint(socket.remoteAddress, socket.remotePort);
  translateErrors(socket, `connection with ${formatEndpoint(remote)}`, {
    local: formatEndpoint(local),
    remote: formatEndpoint(remote),
  });
  makeEndHonest(socket);
  const breakOff = (): void => resetSocket(socket);
  return new StreamConnection({
    stream: socket,
    local,
    remote,
    clock,
    breakOff,
    receiveInto: intoBuffers(socket, true),
  });
}

/** libuv refuses to reset while a shutdown is under way, and Node then loses the socket. It is over in one turn. */
function resetSocket(socket: Socket): void {
  const shuttingDown = socket.writableEnded && !socket.writableFinished && socket.writableLength === 0;
  if (shuttingDown) socket.once("finish", () => resetNow(socket));
  else resetNow(socket);
}

function resetNow(socket: Socket): void {
  if (!socket.destroyed) socket.resetAndDestroy();
}
