// A TCP connection of this machine.
import type { Socket } from "node:net";
import type { Clock } from "../platform/clock.ts";
import { type Endpoint, formatEndpoint } from "../platform/endpoint.ts";
import type { Connection, ReceivesInto, SendsFiles, TellsAcknowledged, TellsOutstanding } from "../platform/network.ts";
import { handleOf, type SocketEnd } from "../platform/socket-handle.ts";
import { StreamConnection, type StreamConnectionParts } from "../platform/stream-connection.ts";
import { acknowledgedIn } from "./acknowledged.ts";
import { sendFileOver } from "./file-sender.ts";
import { makeEndHonest } from "./honest-end.ts";
import { intoBuffers } from "./socket-buffers.ts";
import { socketRow } from "./socket-row.ts";
import { type Naming, translateErrors } from "./system-error.ts";

/** Makes a connection of a socket that is connected and has {@link socketOptions}. The system is asked for the ends that are not `known`. */
export function systemConnection(socket: Socket, clock: Clock, known: KnownEnds): Connection {
  const parts = new SystemConnectionParts(socket, clock, known);
  translateErrors(socket, () => parts.names());
  makeEndHonest(socket);
  return new StreamConnection(parts);
}

export interface KnownEnds {
  readonly local?: Endpoint | undefined;
  readonly remote?: Endpoint | undefined;
}

/** Of most connections nobody wants to know most of it, and each answer has its price: so it is found when somebody asks. */
class SystemConnectionParts implements StreamConnectionParts {
  readonly stream: Socket;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly clock: Clock;
  readonly releasesWritten = true; // Node calls back when the system has copied them

  constructor(socket: Socket, clock: Clock, known: KnownEnds) {
    this.stream = socket;
    this.clock = clock;
    this.local = known.local ?? localOf(socket);
    this.remote = known.remote ?? remoteOf(socket);
  }

  get receiveInto(): ReceivesInto["receiveInto"] | undefined {
    return intoBuffers(this.stream);
  }

  get sendFile(): SendsFiles["sendFile"] | undefined {
    return sendFileOver(this.stream);
  }

  get acknowledged(): TellsAcknowledged["acknowledged"] | undefined {
    return acknowledgedIn(this, this.clock);
  }

  get outstanding(): TellsOutstanding["outstanding"] {
    return async () => (await socketRow(this))?.unacknowledged;
  }

  /** Node looks there, too, before it finds that a socket has timed out. */
  untaken(): number {
    return handleOf(this.stream)?.writeQueueSize ?? 0;
  }

  breakOff(): void {
    resetSocket(this.stream);
  }

  names(): ReturnType<Naming> {
    const names = { local: formatEndpoint(this.local), remote: formatEndpoint(this.remote) };
    return { subject: `connection with ${names.remote}`, details: names };
  }
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

// Where the handle can be asked, once and at once: Node looks for address and port in several steps each.
function localOf(socket: Socket): Endpoint {
  const found: SocketEnd = {};
  handleOf(socket)?.getsockname?.(found);
  return systemEndpoint(found.address ?? socket.localAddress, found.port ?? socket.localPort);
}

function remoteOf(socket: Socket): Endpoint {
  const found: SocketEnd = {};
  handleOf(socket)?.getpeername?.(found);
  return systemEndpoint(found.address ?? socket.remoteAddress, found.port ?? socket.remotePort);
}

const mapped = /^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i;

/** A listener on every address sees IPv4 peers as `::ffff:192.0.2.1` (RFC 4291 section 2.5.5.2); they are IPv4 to us. */
export function systemEndpoint(address: string | undefined, port: number | undefined): Endpoint {
  return { host: (address ?? "").replace(mapped, ""), port: port ?? 0 };
}
