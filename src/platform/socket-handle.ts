// What Node has below a socket. It is documented nowhere, so a Node may have less of it: each is looked for before it is used.
import type { Socket } from "node:net";

export interface SocketEnd {
  address?: string;
  port?: number;
}

interface SocketHandle {
  /** Of the system. Negative: it has none. */
  readonly fd: number;
  /** Bytes of writes that Node has passed on and the system has not taken yet. */
  readonly writeQueueSize: number;
  /** Reading begins again, also behind an end-of-file. Not 0: it cannot. */
  readStart(): number;
  /** getsockname(2) and getpeername(2). Not 0: there is no such end any more. */
  getsockname(out: SocketEnd): number;
  getpeername(out: SocketEnd): number;
  /** The next bytes are read into this. */
  useUserBuffer(buffer: Uint8Array): void;
}

/** Undefined itself when the socket has gone. */
export function handleOf(socket: Socket): Partial<SocketHandle> | undefined {
  return Reflect.get(socket, "_handle") ?? undefined;
}
