// What the log of a server tells of a command: who did what to which file, and what became of it.
import type { FileAction } from "../platform/trace.ts";
import { argumentText, type Command, describeCommand } from "../protocol/command.ts";
import type { Reply } from "../protocol/reply.ts";
import { type Conversation, clientOf, pathOf } from "./conversation.ts";

type Subject = Pick<FileAction, "action" | "path" | "to">;

type Describe = (talk: Conversation, argument: string) => Subject;

const onPath =
  (action: FileAction["action"]): Describe =>
  (talk, argument) => ({ action, path: pathOrText(talk, argument) });

const upload = onPath("upload");
const mkdir = onPath("mkdir");
const rmdir = onPath("rmdir");

const described: ReadonlyMap<string, Describe> = new Map([
  ["RETR", onPath("download")],
  ["STOR", upload],
  ["APPE", upload],
  ["STOU", upload],
  ["MKD", mkdir],
  ["XMKD", mkdir],
  ["RMD", rmdir],
  ["XRMD", rmdir],
  ["DELE", onPath("delete")],
  [
    "RNTO",
    (talk, argument) => ({ action: "rename", path: talk.state.renameFrom ?? "", to: pathOrText(talk, argument) }),
  ],
]);

/** To be called before the command is carried out; tells its end. `undefined`: it does nothing to files. */
export function watchAction(talk: Conversation, command: Command): ((reply: Reply) => void) | undefined {
  const { verb } = command;
  const subject = described.get(verb)?.(talk, argumentText(command));
  if (subject === undefined) return undefined;
  const { clock } = talk.context.environment;
  const startMs = clock.nowMs();
  talk.moved = undefined;
  return (reply) => {
    const isTransfer = subject.action === "download" || subject.action === "upload";
    talk.emit({
      type: "file.action",
      protocol: "ftp",
      client: clientOf(talk),
      user: talk.state.user,
      command: describeCommand(command),
      ...subject,
      // The name that STOU has found.
      path: verb === "STOU" ? (talk.moved?.path ?? subject.path) : subject.path,
      ok: reply.code < 400,
      outcome: reply.lines[0] ?? "",
      ...(isTransfer ? { bytes: talk.moved?.bytes ?? 0, durationMs: clock.nowMs() - startMs } : {}),
    });
  };
}

/** A name that is refused is told as it came. */
function pathOrText(talk: Conversation, argument: string): string {
  try {
    return pathOf(talk, argument);
  } catch {
    return argument;
  }
}
