// A socket of a simulated host as a Connection.
import { formatEndpoint } from "../../platform/endpoint.ts";
import type { Connection } from "../../platform/network.ts";
import { StreamConnection } from "../../platform/stream-connection.ts";
import type { World } from "../world.ts";
import type { TcpSocket } from "./tcp-socket.ts";
import { TcpStream } from "./tcp-stream.ts";

/** The socket is connected, and the stream's from now on. */
export function makeConnection(socket: TcpSocket, world: World): Connection {
  const { local, remote } = socket;
  const stream = new TcpStream(socket, world, { local: formatEndpoint(local), remote: formatEndpoint(remote) });
  return new StreamConnection({ stream, local, remote, clock: world.clock, breakOff: () => stream.breakOff() });
}
