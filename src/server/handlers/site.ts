// SITE: what no RFC has.
import { ownEntry } from "../../protocol/own-entry.ts";
import { makeReply, type Reply } from "../../protocol/reply.ts";
import { type HandlerTable, pathOf, type Session } from "../session.ts";
import { changeMode } from "./facts.ts";

type SiteHandler = (session: Session, rest: string, signal: AbortSignal) => Promise<Reply> | Reply;

const words: Readonly<Record<string, SiteHandler>> = {
  CHMOD: async (session, rest, signal) => {
    const [, mode = "", name = ""] = /^(\S+) (.+)$/s.exec(rest) ?? [];
    if (name === "") return makeReply(501, "SITE CHMOD needs a mode and a path.");
    await changeMode(session, pathOf(session, name), mode, signal);
    return makeReply(200, "SITE CHMOD command ok.");
  },
  HELP: () => makeReply(214, ["SITE commands:", " CHMOD mode path", "End"]),
};

export const siteHandlers: HandlerTable = {
  SITE: (session, argument, signal) => {
    const [word = ""] = argument.split(" ", 1);
    const handler = ownEntry(words, word.toUpperCase());
    return handler?.(session, argument.slice(word.length + 1), signal) ?? makeReply(504, "Unknown SITE command.");
  },
};
