// Facts of one file: MLST (RFC 3659), MFMT and MFF (draft-somers-ftp-mfxx), AVBL.

import { setsModes, setsTimes, tellsSpace } from "../../platform/file-system.ts";
import { SallyportError } from "../../protocol/error.ts";
import { factsLine } from "../../protocol/listing/facts-line.ts";
import { formatTimeValue, parseTimeValue } from "../../protocol/listing/listed-time.ts";
import { ownEntry } from "../../protocol/own-entry.ts";
import { makeReply, type Reply } from "../../protocol/reply.ts";
import { blockReply, plainReply } from "../replies.ts";
import { accountOf, filesOf, type HandlerTable, pathOf, type Session } from "../session.ts";

export const factHandlers: HandlerTable = {
  MLST: async (session, argument, signal) => {
    const path = pathOf(session, argument);
    const facts = await filesOf(session).stat(path, { signal });
    const options = { wanted: session.state.facts, writable: accountOf(session).readOnly !== true };
    return blockReply(250, "Start of list", [factsLine(path, facts, options)], "End of list");
  },
  MFMT: async (session, argument, signal) => {
    const [, time = "", name = ""] = /^(\S+) (.+)$/s.exec(argument) ?? [];
    return applyFacts(session, [["modify", time]], name, signal);
  },
  MFF: async (session, argument, signal) => {
    const [, list = "", name = ""] = /^((?:[^;= ]+=[^; ]*;)+) (.+)$/s.exec(argument) ?? [];
    const facts = list.split(";").slice(0, -1);
    return applyFacts(
      session,
      facts.map((fact) => splitFact(fact)),
      name,
      signal,
    );
  },
  AVBL: async (session, argument, signal) => {
    const files = filesOf(session);
    if (!tellsSpace(files))
      throw new SallyportError("FS_UNSUPPORTED", "this file system does not know how much is free");
    const { blockBytes, availableBlocks } = await files.space(pathOf(session, argument), { signal });
    return makeReply(213, String(blockBytes * availableBlocks));
  },
};

type Change = (session: Session, path: string, value: string, signal: AbortSignal) => Promise<string>;

/** What a fact is set by; gives it as the reply shows it. */
const changes: Readonly<Record<string, Change>> = {
  modify: async (session, path, value, signal) => {
    const time = parseTimeValue(value);
    if (time === undefined) throw malformed("a time is written YYYYMMDDHHMMSS, in UTC");
    const files = filesOf(session);
    if (!setsTimes(files)) throw new SallyportError("FS_UNSUPPORTED", "this file system keeps no times");
    await files.setModified(path, time, { signal });
    return `Modify=${formatTimeValue(time)};`;
  },
  "unix.mode": async (session, path, value, signal) => {
    const mode = await changeMode(session, path, value, signal);
    return `UNIX.mode=0${mode.toString(8)};`;
  },
};

/** Also SITE CHMOD. Gives what it set: a file system has no set-user-id for clients. */
export async function changeMode(session: Session, path: string, mode: string, signal: AbortSignal): Promise<number> {
  if (!/^[0-7]{1,4}$/.test(mode)) throw malformed("a mode is up to four octal digits");
  const files = filesOf(session);
  if (!setsModes(files)) throw new SallyportError("FS_UNSUPPORTED", "this file system keeps no modes");
  const bits = Number.parseInt(mode, 8) & 0o777;
  await files.setMode(path, bits, { signal });
  return bits;
}

async function applyFacts(
  session: Session,
  facts: readonly (readonly [string, string])[],
  name: string,
  signal: AbortSignal,
): Promise<Reply> {
  if (facts.length === 0 || name === "") throw malformed("facts and a path, with a space between");
  const unknown = facts.find(([fact]) => ownEntry(changes, fact) === undefined);
  if (unknown !== undefined) return makeReply(504, `The fact ${unknown[0]} cannot be set.`);
  const path = pathOf(session, name);
  const done: string[] = [];
  for (const [fact, value] of facts) done.push((await ownEntry(changes, fact)?.(session, path, value, signal)) ?? "");
  return plainReply(213, `${done.join("")} ${path}`);
}

function splitFact(text: string): readonly [string, string] {
  const at = text.indexOf("=");
  return [text.slice(0, at).toLowerCase(), text.slice(at + 1)];
}

function malformed(why: string): SallyportError {
  return new SallyportError("FTP_PROTOCOL_REMOTE", why, { details: { reply: 501 } });
}
