// Directories: CWD, CDUP, PWD, MKD, RMD and their X- forms (RFC 1123 section 4.1.3.1).
import { SallyportError } from "../../protocol/error.ts";
import { quotePath } from "../../protocol/file-path.ts";
import { makeReply, type Reply } from "../../protocol/reply.ts";
import { type Conversation, filesOf, type Handler, type HandlerTable, pathOf } from "../conversation.ts";
import { plainReply } from "../replies.ts";

const cwd: Handler = (talk, argument, signal) => enter(talk, argument, signal);
const cdup: Handler = (talk, _argument, signal) => enter(talk, "..", signal);
const pwd: Handler = ({ state }) => plainReply(257, `${quotePath(state.directory)} is the current directory`);
const mkd: Handler = async (talk, argument, signal) => {
  const path = pathOf(talk, argument);
  await filesOf(talk).mkdir(path, { signal });
  return plainReply(257, `${quotePath(path)} created`);
};
const rmd: Handler = async (talk, argument, signal) => {
  await filesOf(talk).rmdir(pathOf(talk, argument), { signal });
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

async function enter(talk: Conversation, argument: string, signal: AbortSignal): Promise<Reply> {
  const path = pathOf(talk, argument);
  const { type } = await filesOf(talk).stat(path, { signal });
  if (type !== "directory") throw new SallyportError("FS_NOT_DIRECTORY", "not a directory");
  talk.state.directory = path;
  return makeReply(250, "Directory successfully changed.");
}
