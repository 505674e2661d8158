// The end-of-file of a file that was carried whole.
import type { Clock } from "../platform/clock.ts";
import type { Connection } from "../platform/network.ts";
import { limits } from "../protocol/limits.ts";

/**
 * Sends end-of-file and waits until the network has taken it, behind everything that was written before. False: the
 * connection broke first, or took longer than `endOfFileMs` and was reset. The caller still disposes the connection.
 */
export function finish(sink: Connection, clock: Clock): Promise<boolean> {
  const { stream } = sink;
  return new Promise((resolve) => {
    const settle = (): void => {
      cancel();
      stream.off("finish", settle).off("close", settle);
      resolve(stream.writableFinished);
    };
    const cancel = clock.after(limits.endOfFileMs, () => {
      sink.reset();
      settle();
    });
    stream.on("finish", settle).on("close", settle);
    if (stream.writableFinished || stream.closed) settle();
    else if (!stream.writableEnded) stream.end();
  });
}
