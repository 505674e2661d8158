// Receivers' events as lines of text, for transcripts and for comparison.
import { describeCommand } from "../../src/protocol/command.ts";
import type { CommandEvent } from "../../src/protocol/command-receiver.ts";
import type { ReplyEvent } from "../../src/protocol/reply-receiver.ts";
import { unwire } from "./bytes.ts";

const escaped = (text: string): string =>
  text.replace(/[^\x20-\x7e]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`);

/** Spaces at the end of a line get lost in editors. */
const visibleEnd = (line: string): string => line.replace(/ $/, "\\x20");

export function describeCommandEvent(event: CommandEvent): string[] {
  switch (event.type) {
    case "command": {
      const { command } = event;
      const spelling = command.iac === "none" ? "" : ` (0xff ${command.iac})`;
      return [visibleEnd(`command ${describeCommand(command)}${spelling}`)];
    }
    case "malformed":
      return [`malformed ${event.reason}`];
    case "telnet-answer":
      return [`telnet-answer ${escaped(unwire(event.bytes))}`];
    case "foreign":
      return [`foreign ${event.protocol} ${event.text}`.trimEnd()];
    case "failure":
      return [`failure ${event.error.code}: ${event.error.message}`];
  }
}

export function describeReplyEvent(event: ReplyEvent): string[] {
  if (event.type === "failure") return [`failure ${event.error.code}: ${event.error.message}`];
  if (event.type === "skipped") return [visibleEnd(`skipped ${escaped(event.line)}`)];
  return [`reply ${event.reply.code}`, ...event.reply.lines.map((line) => visibleEnd(`| ${escaped(line)}`))];
}
