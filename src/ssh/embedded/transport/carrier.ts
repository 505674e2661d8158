// The stream below SSH: a TCP connection, a ProxyCommand, or a channel of a jump host.
import type { Duplex } from "node:stream";
import type { Clock } from "../../../platform/clock.ts";
import { limits } from "../../../protocol/limits.ts";

export interface Carrier {
  readonly stream: Duplex;
  /** The server's address as seen from here; unknown behind a proxy. */
  readonly address: string | undefined;
  /** What else has to go with the stream: the connection to the jump host. */
  readonly below?: AsyncDisposable;
}

/** Resolves when the stream, and all that it runs on, is gone. */
export async function closeCarrier(carrier: Carrier): Promise<void> {
  carrier.stream.destroy();
  await closed(carrier.stream);
  await carrier.below?.[Symbol.asyncDispose]();
}

/** Lets the other side close first, for a while. */
export async function endCarrier(carrier: Carrier, clock: Clock): Promise<void> {
  const cancel = clock.after(limits.disposeGraceMs, () => carrier.stream.destroy());
  await closed(carrier.stream);
  cancel();
  await closeCarrier(carrier);
}

function closed(stream: Duplex): Promise<void> {
  return new Promise((resolve) => {
    if (stream.closed) resolve();
    else stream.once("close", () => resolve());
  });
}
