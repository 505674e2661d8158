// ssh2 writes one packet in up to four pieces. Without Nagle's delay each would become a TCP segment, and inside a jump
// host's channel a separate SSH packet.
import type { Writable } from "node:stream";

/** Everything that is written to `stream` in one turn of the event loop leaves it together. */
export function coalesceWrites<T extends Writable>(stream: T): T {
  let corked = false;
  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
  const uncork = (): void => {
    corked = false;
    stream.uncork();
  };
  stream.write = (...args: unknown[]): boolean => {
    if (!corked) {
      corked = true;
      stream.cork();
      process.nextTick(uncork);
    }
    return write(...args);
  };
  return stream;
}
