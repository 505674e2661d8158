// The events that come for each file, of which most logs want none.
import type { TraceEvent } from "../platform/trace.ts";

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
