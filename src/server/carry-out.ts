// One command: may it come now, who does it, and what it leaves behind for the next.

import { argumentText, type Command } from "../protocol/command.ts";
import { findCommand } from "../protocol/command-table.ts";
import { ownEntry } from "../protocol/own-entry.ts";
import { makeReply } from "../protocol/reply.ts";
import { refuseCommand } from "../protocol/server/admission.ts";
import { tooManyUnknown } from "../protocol/unknown-commands.ts";
import type { Answer, Conversation } from "./conversation.ts";
import { watchAction } from "./file-actions.ts";
import { handlers } from "./handlers/handlers.ts";
import { refusalOf } from "./refusals.ts";

export async function carryOut(talk: Conversation, command: Command, signal: AbortSignal): Promise<Answer> {
  const { state, context } = talk;
  const row = findCommand(command.verb);
  const handler = ownEntry(handlers, command.verb);
  if (row === undefined || handler === undefined) return unknown(talk, command.verb, row !== undefined);
  const argument = argumentText(command);
  const requireTls = context.policy.tls?.required === true;
  const refusal = refuseCommand(row, argument, { phase: state.phase, secure: talk.secure, requireTls });
  const { renameFrom } = state;
  const tell = refusal === undefined ? watchAction(talk, command) : undefined;
  try {
    const answer = refusal ?? (await handler(talk, argument, signal));
    tell?.("reply" in answer ? answer.reply : answer);
    return answer;
  } catch (error) {
    tell?.(refusalOf(error) ?? makeReply(421, "Internal server error."));
    throw error;
  } finally {
    // RNFR is good for the very next command, REST for the next transfer.
    if (state.renameFrom === renameFrom) state.renameFrom = undefined;
    if (row.data !== undefined) state.restart = 0;
  }
}

function unknown({ state }: Conversation, verb: string, known: boolean): Answer {
  if (known) return makeReply(502, `${verb} not implemented.`);
  const reply = makeReply(500, "Unknown command.");
  if (state.phase === "logged-in") return reply;
  if (!state.unknownCommands.add(verb)) return reply;
  return { reply: makeReply(421, tooManyUnknown), next: "close" };
}
