// Single files: DELE, RNFR, RNTO, SIZE, MDTM.
import { afterwards, type Soon } from "../../platform/soon.ts";
import { SallyportError } from "../../protocol/error.ts";
import { nameOf, parentOf, quotePath } from "../../protocol/file-path.ts";
import type { FileFacts } from "../../protocol/listing/file-facts.ts";
import { formatTimeValue } from "../../protocol/listing/listed-time.ts";
import { makeReply, type Reply } from "../../protocol/reply.ts";
import { plainReply } from "../replies.ts";
import { convertsLines, filesOf, type Handler, type HandlerTable, pathOf, type Session } from "../session.ts";

export const fileHandlers: HandlerTable = {
  DELE: async (session, argument, signal) => {
    await filesOf(session).remove(pathOf(session, argument), { signal });
    return makeReply(250, "Delete operation successful.");
  },
  RNFR: async (session, argument, signal) => {
    const path = pathOf(session, argument);
    await mustExist(session, path, signal);
    session.state.renameFrom = path;
    return makeReply(350, "Ready for RNTO.");
  },
  RNTO: async (session, argument, signal) => {
    const from = session.state.renameFrom;
    if (from === undefined) return makeReply(503, "RNFR required first.");
    await filesOf(session).rename(from, pathOf(session, argument), { signal });
    return makeReply(250, "Rename successful.");
  },
  SIZE: size,
  MDTM: async (session, argument, signal) => {
    const { type, modifiedMs, unreported } = await filesOf(session).stat(pathOf(session, argument), { signal });
    // As vsftpd and ProFTPD: some clients tell files from directories by it. MLST shows a directory's.
    if (type === "directory") throw new SallyportError("FS_IS_DIRECTORY", "not a regular file");
    if (unreported?.includes("modifiedMs") === true)
      throw new SallyportError("FS_UNSUPPORTED", "its time is not known");
    return makeReply(213, formatTimeValue(modifiedMs));
  },
};

function size(session: Session, argument: string, signal: AbortSignal): Soon<Reply> {
  const path = pathOf(session, argument);
  const files = filesOf(session);
  const facts = afterwards(
    session.ahead.sized(files, path, signal),
    (opened) => opened?.facts ?? files.stat(path, { signal }),
  );
  return afterwards(facts, (found) => sizeReply(session, found));
}

function sizeReply(session: Session, { type, size: bytes, unreported }: FileFacts): Reply {
  if (unreported?.includes("size") === true) throw new SallyportError("FS_UNSUPPORTED", "its size is not known");
  if (type !== "file") throw new SallyportError("FS_NOT_FILE", "not a regular file");
  // RFC 3659 section 4: the size as it would be transferred, which in ASCII only a transfer can find out.
  if (convertsLines(session) && bytes > 0) return makeReply(550, "SIZE not allowed in ASCII mode; send TYPE I first.");
  return plainReply(213, String(bytes));
}

/** A link that leads nowhere exists too, and may be renamed. */
async function mustExist(session: Session, path: string, signal: AbortSignal): Promise<void> {
  try {
    await filesOf(session).stat(path, { signal });
  } catch (error) {
    for await (const { name } of filesOf(session).list(parentOf(path), { signal })) {
      if (name === nameOf(path)) return;
    }
    throw error;
  }
}

// Directories: CWD, CDUP, PWD, MKD, RMD and their X- forms (RFC 1123 section 4.1.3.1).
const cwd: Handler = (session, argument, signal) => enter(session, argument, signal);
const cdup: Handler = (session, _argument, signal) => enter(session, "..", signal);
const pwd: Handler = ({ state }) => plainReply(257, `${quotePath(state.directory)} is the current directory`);
const mkd: Handler = async (session, argument, signal) => {
  const path = pathOf(session, argument);
  await filesOf(session).mkdir(path, { signal });
  return plainReply(257, `${quotePath(path)} created`);
};
const rmd: Handler = async (session, argument, signal) => {
  await filesOf(session).rmdir(pathOf(session, argument), { signal });
  return makeReply(250, "Remove directory operation successful.");
};

export const directoryHandlers: HandlerTable = {
  CWD: cwd,
  XCWD: cwd,
  CDUP: cdup,
  XCUP: cdup,
  PWD: pwd,
  XPWD: pwd,
  MKD: mkd,
  XMKD: mkd,
  RMD: rmd,
  XRMD: rmd,
};

async function enter(session: Session, argument: string, signal: AbortSignal): Promise<Reply> {
  const path = pathOf(session, argument);
  // The root is a directory, also for those to whom a server tells nothing.
  const { type } = path === "/" ? ({ type: "directory" } as const) : await filesOf(session).stat(path, { signal });
  if (type !== "directory") throw new SallyportError("FS_NOT_DIRECTORY", "not a directory");
  session.state.directory = path;
  return makeReply(250, "Directory successfully changed.");
}
