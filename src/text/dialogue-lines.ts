// The dialogue with the server as ftp -d shows it: `---> COMMAND`, and replies as they came.
import type { TraceEvent } from "../platform/trace.ts";
import { printable } from "../protocol/printable.ts";
import { hideSecret } from "../protocol/secret-arguments.ts";
import { escapeText } from "./escape-text.ts";

export interface DialogueOptions {
  /** Replies, and what the client decided by itself (verbose). */
  readonly replies: boolean;
  /** Commands (debug). */
  readonly commands: boolean;
}

/** Lines to show for an event, safe for a terminal; none for most. */
export function dialogueLines(event: TraceEvent, { replies, commands }: DialogueOptions): readonly string[] {
  // As ftp(1) has always shown it, before the greeting.
  if (event.type === "control.open" && replies) return [`Connected to ${escapeText(event.host)}.`];
  if (event.type === "ftp.command" && commands) return [`---> ${shownCommand(event.line)}`];
  if (event.type === "ftp.reply" && replies) return event.lines.map((line) => printable(line));
  if (event.type === "relay.note" && (replies || commands)) return [`(${printable(event.note)})`];
  return [];
}

/** The codec has hidden passwords already; ftp has always shown XXXX in their place. */
const shownCommand = (line: string): string => printable(hideSecret(line)).replace(/\*\*\*$/, "XXXX");
