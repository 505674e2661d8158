// Listings over a data connection: LIST for people, NLST for names alone, MLSD for programs.
import { isSayable } from "../../protocol/file-path.ts";
import { bytesFromLatin1 } from "../../protocol/latin1.ts";
import { factsLine } from "../../protocol/listing/facts-line.ts";
import { listLine } from "../../protocol/listing/list-line.ts";
import { parseListRequest } from "../../protocol/listing/list-options.ts";
import { makeReply, type Reply } from "../../protocol/reply.ts";
import { makeListing } from "../listing.ts";
import { sendData } from "../send-data.ts";
import { accountOf, filesOf, type HandlerTable, pathOf, type Session } from "../session.ts";
import { runTransfer } from "../transfer.ts";

export const listingHandlers: HandlerTable = {
  LIST: async (session, argument, signal) => {
    const request = parseListRequest(argument);
    if (request.recursive) return makeReply(504, "LIST -R is not supported; list one directory at a time.");
    const { entries } = await makeListing(session, request, signal);
    const now = session.context.environment.now();
    return send(
      session,
      entries.map((entry) => listLine(entry, now)),
      signal,
    );
  },
  NLST: async (session, argument, signal) => {
    const { entries, prefix } = await makeListing(session, parseListRequest(argument), signal);
    return send(
      session,
      entries.map(({ name }) => prefix + name),
      signal,
    );
  },
  MLSD: async (session, argument, signal) => {
    const path = pathOf(session, argument);
    const { type } = await filesOf(session).stat(path, { signal });
    // RFC 3659 section 7.2.1
    if (type !== "directory") return makeReply(501, "MLSD is for directories; MLST is for a file.");
    return send(session, factLines(session, path, signal), signal);
  },
};

async function* factLines(session: Session, path: string, signal: AbortSignal): AsyncGenerator<string> {
  const options = { wanted: session.state.facts, writable: accountOf(session).readOnly !== true };
  for await (const { name, facts } of filesOf(session).list(path, { signal })) {
    if (isSayable(name)) yield factsLine(name, facts, options);
  }
}

type Lines = Iterable<string> | AsyncIterable<string>;

function send(session: Session, lines: Lines, signal: AbortSignal): Promise<Reply> {
  return runTransfer(
    session,
    {
      what: "the listing",
      opening: "Here comes the directory listing.",
      carry: (connection, options) => sendData(packed(lines), connection, options),
      done: () => "Directory send OK.",
    },
    signal,
  );
}

const packBytes = 65_536;

/** Lines end with CRLF whatever TYPE is (RFC 3659 section 7.2); a write for each would be slow. */
async function* packed(lines: Lines): AsyncGenerator<Uint8Array> {
  let text = "";
  for await (const line of lines) {
    text += `${line}\r\n`;
    if (text.length < packBytes) continue;
    yield bytesFromLatin1(text);
    text = "";
  }
  if (text !== "") yield bytesFromLatin1(text);
}
