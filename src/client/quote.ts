// A command line that the caller wrote himself.

import { findCommand } from "../protocol/command-table.ts";
import { SallyportError } from "../protocol/error.ts";
import type { Reply } from "../protocol/reply.ts";
import { forgetPlace } from "./place.ts";
import { type Talk, wireName } from "./talk.ts";

/** Would leave the session in a state that we know nothing of: a data connection, other bytes on the control connection. */
const refused: ReadonlySet<string> = new Set(["AUTH", "CCC", "REIN", "ADAT", "MIC", "CONF", "ENC", "USER"]);

/** Throws `CONFIG_INVALID` for commands that have data, and those that would take the session apart. */
export async function quote(talk: Talk, line: string): Promise<Reply> {
  const [, word = "", argument] = /^(\S+)(?: (.*))?$/s.exec(line.trim()) ?? [];
  const verb = word.toUpperCase();
  if (findCommand(verb)?.data !== undefined || refused.has(verb)) {
    throw new SallyportError(
      "CONFIG_INVALID",
      `${verb} cannot be sent as it is: the session would not know what it did`,
      {
        hint: "Use the method that is made for it.",
      },
    );
  }
  const wire = argument === undefined ? undefined : wireName(talk, argument);
  const reply = await talk.link.command(verb, wire);
  if (verb === "TYPE") talk.type = undefined;
  // CWD, CDUP, SMNT, and whatever vendors have.
  forgetPlace(talk);
  return reply;
}
