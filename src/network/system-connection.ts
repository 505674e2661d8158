// A TCP connection of this machine.
import type { Socket } from "node:net";
import type { Clock } from "../platform/clock.ts";
import { type Endpoint, formatEndpoint } from "../platform/endpoint.ts";
import type { Connection } from "../platform/network.ts";
import { handleOf } from "../platform/socket-handle.ts";
import { StreamConnection } from "../platform/stream-connection.ts";
import { acknowledgedIn } from "./acknowledged.ts";
import { sendFileOver } from "./file-sender.ts";
import { makeEndHonest } from "./honest-end.ts";
import { intoBuffers } from "./socket-buffers.ts";
import { socketRow } from "./socket-row.ts";
import { translateErrors } from "./system-error.ts";

/** Makes a connection of a socket that is connected and has {@link socketOptions}. The system is asked for the ends that are not `known`. */
export function systemConnection(
  socket: Socket,
  clock: Clock,
  known: { readonly local?: Endpoint | undefined; readonly remote?: Endpoint | undefined },
): Connection {
  const local = known.local ?? systemEndpoint(socket.localAddress, socket.localPort);
  const remote = known.remote ?? systemEndpoint(socket.remoteAddress, socket.remotePort);
  translateErrors(socket, () => {
    const names = { local: formatEndpoint(local), remote: formatEndpoint(remote) };
    return { subject: `connection with ${names.remote}`, details: names };
  });
  makeEndHonest(socket);
  const breakOff = (): void => resetSocket(socket);
  return new StreamConnection({
    stream: socket,
    local,
    remote,
    clock,
    breakOff,
    receiveInto: intoBuffers(socket),
    releasesWritten: true, // Node calls back when the system has copied them
    sendFile: sendFileOver(socket),
    // Node looks there, too, before it finds that a socket has timed out.
    untaken: () => handleOf(socket)?.writeQueueSize ?? 0,
    acknowledged: acknowledgedIn({ local, remote }, clock),
    outstanding: async () => (await socketRow({ local, remote }))?.unacknowledged,
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

const mapped = /^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i;

/** A listener on every address sees IPv4 peers as `::ffff:192.0.2.1` (RFC 4291 section 2.5.5.2); they are IPv4 to us. */
export function systemEndpoint(address: string | undefined, port: number | undefined): Endpoint {
  return { host: (address ?? "").replace(mapped, ""), port: port ?? 0 };
}
