// What the log of a server has of a command: who did what to which file, and what became of it.
import type { FileAction } from "../platform/trace.ts";
import { argumentText, type Command, describeCommand } from "../protocol/command.ts";
import type { Reply } from "../protocol/reply.ts";
import { clientOf, pathOf, type Session } from "./session.ts";

type Subject = Pick<FileAction, "action" | "path" | "to">;

/** `undefined`: what is asked for changes nothing. */
type Describe = (session: Session, argument: string) => Subject | undefined;

const onPath =
  (action: FileAction["action"]): Describe =>
  (session, argument) => ({ action, path: pathOrText(session, argument) });

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
  // Before the name stands what is set.
  ["MFMT", (session, argument) => onPath("set-time")(session, behindWord(argument))],
  [
    "MFF",
    (session, argument) => onPath(/unix\.mode=/i.test(argument) ? "chmod" : "set-time")(session, behindWord(argument)),
  ],
  [
    "SITE",
    (session, argument) =>
      /^CHMOD /i.test(argument) ? onPath("chmod")(session, behindWord(behindWord(argument))) : undefined,
  ],
  [
    "RNTO",
    (session, argument) => ({
      action: "rename",
      path: session.state.renameFrom ?? "",
      to: pathOrText(session, argument),
    }),
  ],
]);

/** To be called before the command is carried out; the function that it returns reports the end. `undefined`: it does nothing to files, or nobody wants to see it. */
export function watchAction(session: Session, command: Command): ((reply: Reply) => void) | undefined {
  const { verb } = command;
  if (!session.traces("file.action")) return undefined;
  const subject = described.get(verb)?.(session, argumentText(command));
  if (subject === undefined) return undefined;
  const { clock } = session.context.environment;
  const startMs = clock.nowMs();
  session.moved = undefined;
  return (reply) => {
    const durationMs = clock.nowMs() - startMs;
    const isTransfer = subject.action === "download" || subject.action === "upload";
    session.emit({
      type: "file.action",
      protocol: "ftp",
      client: clientOf(session),
      user: session.state.user,
      command: describeCommand(command),
      ...subject,
      // The name that STOU has found.
      path: verb === "STOU" ? (session.moved?.path ?? subject.path) : subject.path,
      ok: reply.code < 400,
      outcome: reply.lines[0] ?? "",
      ...(isTransfer ? { bytes: session.moved?.bytes ?? 0, durationMs } : {}),
    });
  };
}

const behindWord = (argument: string): string => argument.replace(/^\S* ?/, "");

/** A name that is refused is logged as it came. */
function pathOrText(session: Session, argument: string): string {
  try {
    return pathOf(session, argument);
  } catch {
    return argument;
  }
}
