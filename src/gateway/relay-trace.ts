// What the relay machine tells the trace.
import type { TraceEventBody } from "../platform/trace.ts";
import type { RelayAction } from "../protocol/relay/messages.ts";

export function tracedAction(
  action: Extract<RelayAction, { type: "told" | "replied" | "note" | "warning" }>,
): TraceEventBody {
  if (action.type === "note") return { type: "relay.note", note: action.note };
  if (action.type === "warning") return { type: "relay.warning", note: action.note };
  if (action.type === "replied") {
    return { type: "ftp.reply", side: action.side, origin: action.origin, lines: action.reply.lines };
  }
  const { side, line } = action;
  return { type: "ftp.command", side, origin: action.origin === "client" ? "client" : "gateway", line };
}
