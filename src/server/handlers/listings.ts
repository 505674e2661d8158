// Listings over a data connection: LIST for people, NLST for names alone, MLSD for programs.
import { isSayable } from "../../protocol/file-path.ts";
import { bytesFromLatin1 } from "../../protocol/latin1.ts";
import { factsLine } from "../../protocol/listing/facts-line.ts";
import type { FileEntry } from "../../protocol/listing/file-facts.ts";
import { listLine } from "../../protocol/listing/list-line.ts";
import { parseListRequest } from "../../protocol/listing/list-options.ts";
import { makeReply, type Reply } from "../../protocol/reply.ts";
import { Directories, type Listing, makeListing } from "../listing.ts";
import { sendData } from "../send-data.ts";
import { accountOf, filesOf, type HandlerTable, pathOf, type Session } from "../session.ts";
import { runTransfer } from "../transfer.ts";

export const listingHandlers: HandlerTable = {
  LIST: (session, argument, signal) =>
    withDirectories(session, signal, async (directory) => {
      const request = parseListRequest(argument);
      if (request.recursive) return makeReply(504, "LIST -R is not supported; list one directory at a time.");
      const { entries } = await makeListing(session, request, directory);
      const now = session.context.environment.now();
      return send(
        session,
        linesOf(entries, (entry) => listLine(entry, now)),
        signal,
      );
    }),
  NLST: (session, argument, signal) =>
    withDirectories(session, signal, async (directory) => {
      const { entries, prefix } = await makeListing(session, parseListRequest(argument), directory);
      return send(
        session,
        linesOf(entries, ({ name }) => prefix + name),
        signal,
      );
    }),
  MLSD: (session, argument, signal) =>
    withDirectories(session, signal, async (directory) => {
      const path = pathOf(session, argument);
      directory.begin(path);
      const { type } = await filesOf(session).stat(path, { signal });
      // RFC 3659 section 7.2.1
      if (type !== "directory") return makeReply(501, "MLSD is for directories; MLST is for a file.");
      const options = { wanted: session.state.facts, writable: accountOf(session).readOnly !== true };
      const lines = linesOf(directory.entries(path), ({ name, facts }) =>
        isSayable(name) ? factsLine(name, facts, options) : undefined,
      );
      return send(session, lines, signal);
    }),
};

async function withDirectories(
  session: Session,
  signal: AbortSignal,
  list: (directory: Directories) => Promise<Reply>,
): Promise<Reply> {
  const directory = new Directories(filesOf(session), signal);
  try {
    return await list(directory);
  } finally {
    session.track(directory[Symbol.asyncDispose]());
  }
}

async function* linesOf(
  entries: Listing["entries"],
  lineOf: (entry: FileEntry) => string | undefined,
): AsyncGenerator<string> {
  for await (const entry of entries) {
    const line = lineOf(entry);
    if (line !== undefined) yield line;
  }
}

function send(session: Session, lines: AsyncIterable<string>, signal: AbortSignal): Promise<Reply> {
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
async function* packed(lines: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  let text = "";
  for await (const line of lines) {
    text += `${line}\r\n`;
    if (text.length < packBytes) continue;
    yield bytesFromLatin1(text);
    text = "";
  }
  if (text !== "") yield bytesFromLatin1(text);
}
