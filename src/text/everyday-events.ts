// The events that come for each file, of which most logs want none.
import type { Trace, TraceEvent } from "../platform/trace.ts";

/** What happens for every file: never more important than `info`. */
export const everydayEvents: ReadonlySet<TraceEvent["type"]> = new Set([
  "ftp.command",
  "ftp.reply",
  "data.listen",
  "data.open",
  "data.half-close",
  "data.close",
  "file.action",
]);

/** What an engine asks before it puts an event together; see `traceTransfers` of a client's and a server's options. */
export function tracesOf(options: {
  readonly trace?: Trace | undefined;
  readonly traceTransfers?: boolean | undefined;
}): (type: TraceEvent["type"]) => boolean {
  const { trace, traceTransfers = true } = options;
  return (type) => trace !== undefined && (traceTransfers || !everydayEvents.has(type));
}
