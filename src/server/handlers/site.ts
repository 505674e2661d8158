// SITE: what no RFC has.
import { ownEntry } from "../../protocol/own-entry.ts";
import { makeReply, type Reply } from "../../protocol/reply.ts";
import { type Conversation, type HandlerTable, pathOf } from "../conversation.ts";
import { changeMode } from "./facts.ts";

type SiteHandler = (talk: Conversation, rest: string, signal: AbortSignal) => Promise<Reply> | Reply;

const words: Readonly<Record<string, SiteHandler>> = {
  CHMOD: async (talk, rest, signal) => {
    const [, mode = "", name = ""] = /^(\S+) (.+)$/s.exec(rest) ?? [];
    if (name === "") return makeReply(501, "SITE CHMOD needs a mode and a path.");
    await changeMode(talk, pathOf(talk, name), mode, signal);
    return makeReply(200, "SITE CHMOD command ok.");
  },
  HELP: () => makeReply(214, ["SITE commands:", " CHMOD mode path", "End"]),
};

export const siteHandlers: HandlerTable = {
  SITE: (talk, argument, signal) => {
    const [word = ""] = argument.split(" ", 1);
    const handler = ownEntry(words, word.toUpperCase());
    return handler?.(talk, argument.slice(word.length + 1), signal) ?? makeReply(504, "Unknown SITE command.");
  },
};
