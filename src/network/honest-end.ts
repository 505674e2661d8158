// A reset must not look like an end-of-file.
import { Socket } from "node:net";
import { handleOf } from "../platform/socket-handle.ts";

/**
 * When data and a reset (RST) wait together, libuv reports the data and then, without asking the kernel, an end-of-file:
 * a read that was not full plus POLLHUP is one to it (`uv__stream_io`; libuv#4997 removes that, Node 20 and 22 have it).
 * Half a file would pass for a whole one. So an end-of-file counts once it has come again: libuv asks the kernel for that. With all
 * of them it is so, bytes before or not: of two that come together, as from a program that has died, the first one stays the first. But not where
 * nothing came and our own end has gone, as with each download: there were no data to report, and nobody waits for that end.
 */
export function makeEndHonest(socket: Socket): void {
  socket.push = pushHonestly;
}

/** Sockets whose end has come once. */
const asked: WeakSet<Socket> = new WeakSet();

function pushHonestly(this: Socket, chunk: Uint8Array | null, encoding?: BufferEncoding): boolean {
  if (chunk === null && !asked.has(this) && !(this.writableEnded && this.bytesRead === 0)) {
    asked.add(this);
    if (readsOn(this)) return true;
  }
  return Socket.prototype.push.call(this, chunk, encoding);
}

const readsOn = (socket: Socket): boolean => !socket.destroyed && handleOf(socket)?.readStart?.() === 0;
