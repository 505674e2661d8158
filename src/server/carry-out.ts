// One command: may it come now, who does it, and what it leaves behind for the next.
import type { Soon } from "../platform/soon.ts";
import { argumentText, type Command } from "../protocol/command.ts";
import { type CommandRow, findCommand } from "../protocol/command-table.ts";
import { tooManyUnknown } from "../protocol/foreign-protocol.ts";
import { ownEntry } from "../protocol/own-entry.ts";
import { makeReply, type Reply } from "../protocol/reply.ts";
import { refuseCommand } from "../protocol/server/admission.ts";
import { watchAction } from "./file-actions.ts";
import { dataSetupHandlers } from "./handlers/data-setup.ts";
import { factHandlers } from "./handlers/facts.ts";
import { directoryHandlers, fileHandlers } from "./handlers/files.ts";
import { hashHandlers } from "./handlers/hashes.ts";
import { informationHandlers } from "./handlers/information.ts";
import { listingHandlers } from "./handlers/listings.ts";
import { loginHandlers } from "./handlers/login.ts";
import { parameterHandlers } from "./handlers/parameters.ts";
import { securityHandlers } from "./handlers/security.ts";
import { siteHandlers } from "./handlers/site.ts";
import { transferHandlers } from "./handlers/transfers.ts";
import { refusalOf } from "./replies.ts";
import type { Answer, HandlerTable, Session } from "./session.ts";

export function carryOut(session: Session, command: Command, signal: AbortSignal): Soon<Answer> {
  const { state, context } = session;
  const row = findCommand(command.verb);
  const handler = ownEntry(handlers, command.verb);
  if (row === undefined || handler === undefined) return unknown(session, command.verb, row !== undefined);
  const argument = argumentText(command);
  const requireTls = context.policy.tls?.required === true;
  const refusal = refuseCommand(row, argument, { phase: state.phase, secure: session.secure, requireTls });
  const end = new CommandEnd(session, row, refusal === undefined ? watchAction(session, command) : undefined);
  if (refusal !== undefined) return end.answered(refusal);
  const turn = row.data === undefined ? undefined : context.environment.turns?.begin();
  let answer: Soon<Answer>;
  try {
    answer =
      turn === undefined ? handler(session, argument, signal) : turn.then(() => handler(session, argument, signal));
  } catch (error) {
    return end.failed(error);
  }
  if (!(answer instanceof Promise)) return end.answered(answer);
  return answer.then(
    (later) => end.answered(later),
    (error) => end.failed(error),
  );
}

/** What a command leaves behind for the next, whatever its answer is. */
class CommandEnd {
  readonly #session: Session;
  readonly #row: CommandRow;
  readonly #renameFrom: string | undefined;
  readonly #report: ((reply: Reply) => void) | undefined;

  constructor(session: Session, row: CommandRow, report: ((reply: Reply) => void) | undefined) {
    this.#session = session;
    this.#row = row;
    this.#renameFrom = session.state.renameFrom;
    this.#report = report;
  }

  answered(answer: Answer): Answer {
    this.#done("reply" in answer ? answer.reply : answer);
    return answer;
  }

  failed(error: unknown): never {
    this.#done(refusalOf(error) ?? makeReply(421, "Internal server error."));
    throw error;
  }

  #done(reply: Reply): void {
    const { state, ahead } = this.#session;
    this.#report?.(reply);
    ahead.after(this.#row.verb);
    // RNFR is good for the very next command, REST for the next transfer.
    if (state.renameFrom === this.#renameFrom) state.renameFrom = undefined;
    if (this.#row.data !== undefined) state.restart = 0;
  }
}

function unknown({ state }: Session, verb: string, known: boolean): Answer {
  if (known) return makeReply(502, `${verb} not implemented.`);
  const reply = makeReply(500, "Unknown command.");
  if (state.phase === "logged-in") return reply;
  if (!state.unknownCommands.add(verb)) return reply;
  return { reply: makeReply(421, tooManyUnknown), next: "close" };
}

// Every command that this server carries out. What is in the command table and not here is 502.
export const handlers: HandlerTable = {
  ...loginHandlers,
  ...securityHandlers,
  ...informationHandlers,
  ...parameterHandlers,
  ...dataSetupHandlers,
  ...directoryHandlers,
  ...fileHandlers,
  ...factHandlers,
  ...hashHandlers,
  ...siteHandlers,
  ...listingHandlers,
  ...transferHandlers,
};
