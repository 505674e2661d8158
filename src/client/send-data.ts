// From a source to a data connection, with the end-of-file that tells the server that the file is whole.
import { finish } from "../data-connection/finish.ts";
import { discardStrayBytes } from "../data-connection/stray-bytes.ts";
import type { Connection } from "../platform/network.ts";
import { SallyportError } from "../protocol/error.ts";
import { type FlowOptions, stalled } from "./receive-data.ts";

/**
 * Resolves when the network has taken everything and the end-of-file. Rejects with the source's error, the connection's, or
 * the signal's reason; no end-of-file is sent then.
 */
export async function sendData(
  data: Connection,
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: FlowOptions & { readonly onSent: (bytes: number) => void },
): Promise<void> {
  discardStrayBytes(data.stream);
  const gone = data.closed.then(({ error }) => {
    throw error ?? new SallyportError("NET_RESET", "the server closed the data connection");
  });
  gone.catch(() => {});
  for await (const chunk of source) {
    options.signal.throwIfAborted();
    if (chunk.length === 0) continue;
    if (!data.stream.write(chunk)) await Promise.race([drained(data, options), gone]);
    options.onSent(chunk.length);
  }
  options.signal.throwIfAborted();
  if (await finish(data, options.clock)) return;
  await gone;
}

function drained({ stream }: Connection, { clock, stallMs, signal }: FlowOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      cancel();
      stream.off("drain", onDrain);
      signal.removeEventListener("abort", onAbort);
    };
    const onDrain = (): void => {
      settle();
      resolve();
    };
    const onAbort = (): void => {
      settle();
      reject(signal.reason);
    };
    const cancel = clock.after(stallMs, () => {
      settle();
      reject(stalled(stallMs));
    });
    stream.once("drain", onDrain);
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
}
