// The dialogue with the server as ftp -d shows it: `---> COMMAND`, and replies as they came.
import type { TraceEvent } from "../../platform/trace.ts";
import { printable } from "../../protocol/printable.ts";
import { escapeText } from "./escape-text.ts";

export interface DialogueOptions {
  /** Replies, and what the client decided by itself (verbose). */
  readonly replies: boolean;
  /** Commands (debug). */
  readonly commands: boolean;
}

/** The codec has hidden them already; ftp has always shown XXXX in their place. */
const secretCommand = /^(PASS|ACCT)(?: .*)?$/is;

/** Lines to show for an event, safe for a terminal; none for most. */
export function dialogueLines(event: TraceEvent, { replies, commands }: DialogueOptions): readonly string[] {
  // As ftp(1) has always said it, before the greeting.
  if (event.type === "control.open" && replies) return [`Connected to ${escapeText(event.host)}.`];
  if (event.type === "ftp.command" && commands) return [`---> ${shownCommand(event.line)}`];
  if (event.type === "ftp.reply" && replies) return event.lines.map((line) => printable(line));
  if (event.type === "relay.note" && (replies || commands)) return [`(${printable(event.note)})`];
  return [];
}

function shownCommand(line: string): string {
  const verb = secretCommand.exec(line)?.[1];
  return verb === undefined ? printable(line) : `${verb.toUpperCase()} XXXX`;
}
