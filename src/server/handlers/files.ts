// Single files: DELE, RNFR, RNTO, SIZE, MDTM.
import { SallyportError } from "../../protocol/error.ts";
import { nameOf, parentOf } from "../../protocol/file-path.ts";
import { formatTimeValue } from "../../protocol/listing/time-value.ts";
import { makeReply, type Reply } from "../../protocol/reply.ts";
import { type Conversation, filesOf, type HandlerTable, pathOf } from "../conversation.ts";
import { plainReply } from "../replies.ts";

export const fileHandlers: HandlerTable = {
  DELE: async (talk, argument, signal) => {
    await filesOf(talk).remove(pathOf(talk, argument), { signal });
    return makeReply(250, "Delete operation successful.");
  },
  RNFR: async (talk, argument, signal) => {
    const path = pathOf(talk, argument);
    await mustExist(talk, path, signal);
    talk.state.renameFrom = path;
    return makeReply(350, "Ready for RNTO.");
  },
  RNTO: async (talk, argument, signal) => {
    const from = talk.state.renameFrom;
    if (from === undefined) return makeReply(503, "RNFR required first.");
    await filesOf(talk).rename(from, pathOf(talk, argument), { signal });
    return makeReply(250, "Rename successful.");
  },
  SIZE: size,
  MDTM: async (talk, argument, signal) => {
    const { type, modifiedMs } = await filesOf(talk).stat(pathOf(talk, argument), { signal });
    // As vsftpd and ProFTPD: some clients tell files from directories by it. MLST tells a directory's.
    if (type === "directory") throw new SallyportError("FS_IS_DIRECTORY", "not a regular file");
    return makeReply(213, formatTimeValue(modifiedMs));
  },
};

async function size(talk: Conversation, argument: string, signal: AbortSignal): Promise<Reply> {
  const { type, size: bytes } = await filesOf(talk).stat(pathOf(talk, argument), { signal });
  if (type !== "file") throw new SallyportError("FS_NOT_FILE", "not a regular file");
  // RFC 3659 section 4: the size as it would be transferred, which in ASCII only a transfer can tell.
  if (talk.state.type === "A" && bytes > 0) return makeReply(550, "SIZE not allowed in ASCII mode; send TYPE I first.");
  return plainReply(213, String(bytes));
}

/** A link that leads nowhere exists too, and may be renamed. */
async function mustExist(talk: Conversation, path: string, signal: AbortSignal): Promise<void> {
  try {
    await filesOf(talk).stat(path, { signal });
  } catch (error) {
    for await (const { name } of filesOf(talk).list(parentOf(path), { signal })) {
      if (name === nameOf(path)) return;
    }
    throw error;
  }
}
