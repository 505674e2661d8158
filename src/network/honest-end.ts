// A reset must not look like an end-of-file.
import type { Socket } from "node:net";

/** libuv's read size: a shorter chunk means that it stopped reading before the kernel said what comes next. */
const fullReadBytes = 65_536;

/**
 * When data and a reset (RST) wait together, libuv reports the data and then, without asking the kernel, an end-of-file:
 * a read that was not full plus POLLHUP is one to it (`uv__stream_io`; libuv#4997 removes that, Node 20 and 22 have it).
 * Half a file would pass for a whole one. libuv does ask the kernel if reading stops at that read and starts again in
 * the next turn of the event loop.
 */
export function makeEndHonest(socket: Socket): void {
  const { push, _read: read } = socket;
  let held = false;
  let wanted = false;
  const release = (): void => {
    held = false;
    if (!wanted) return;
    wanted = false;
    if (!socket.destroyed) read.call(socket, 0);
  };
  socket.push = (chunk: Uint8Array | null, encoding?: BufferEncoding) => {
    if (chunk === null || chunk.length === fullReadBytes) return push.call(socket, chunk, encoding);
    held = true;
    setImmediate(release);
    // The stream wants more, or not: it will say so through _read.
    push.call(socket, chunk, encoding);
    return false;
  };
  socket._read = (size) => {
    if (held) wanted = true;
    else read.call(socket, size);
  };
}
