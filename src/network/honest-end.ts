// A reset must not look like an end-of-file.
import { Socket } from "node:net";
import { handleOf } from "../platform/socket-handle.ts";

/**
 * When data and a reset (RST) wait together, libuv reports the data and then, without asking the kernel, an end-of-file:
 * a read that was not full plus POLLHUP is one to it (`uv__stream_io`; libuv#4997 removes that, Node 20 and 22 have it).
 * Half a file would pass for a whole one. A socket that was reset has no peer any more (getpeername(2)); where it has none, the end-of-file
 * counts once it has come again, for libuv asks the kernel for that one. But not where nothing came and our own end has gone, as with each
 * download: there were no data to report, and nobody waits for that end.
 */
export function makeEndHonest(socket: Socket): void {
  socket.push = pushHonestly;
}

/** Sockets whose end has come once, and was doubted. */
const asked: WeakSet<Socket> = new WeakSet();

function pushHonestly(this: Socket, chunk: Uint8Array | null, encoding?: BufferEncoding): boolean {
  if (chunk === null && isDoubtful(this)) {
    asked.add(this);
    if (readsOn(this)) return true;
  }
  return Socket.prototype.push.call(this, chunk, encoding);
}

function isDoubtful(socket: Socket): boolean {
  if (asked.has(socket) || (socket.writableEnded && socket.bytesRead === 0)) return false;
  return handleOf(socket)?.getpeername?.({}) !== 0;
}

const readsOn = (socket: Socket): boolean => !socket.destroyed && handleOf(socket)?.readStart?.() === 0;
