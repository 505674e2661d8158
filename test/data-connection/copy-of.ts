// A copy as a promise of its end; `signal` stops it.
import { type CopyEnd, type CopyOptions, copyData } from "../../src/data-connection/copy.ts";
import { onAbort } from "../../src/platform/abort.ts";
import type { Connection } from "../../src/platform/network.ts";

export function copyOf(
  source: Connection,
  sink: Connection,
  { signal, ...options }: CopyOptions & { readonly signal?: AbortSignal } = {},
): Promise<CopyEnd> {
  return new Promise((resolve) => {
    onAbort(signal, copyData(source, sink, options, resolve));
  });
}
