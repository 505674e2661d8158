// One attempt of an upload by SFTP: into NAME.sallyport-part, and NAME when it is whole, so that NAME is never half a file.
// Where the server takes no part or renames nothing, into NAME itself.
import { isSallyportError, SallyportError } from "../../protocol/error.ts";
import { printable } from "../../protocol/printable.ts";
import { typeOf } from "../../ssh/sftp/wire/attributes.ts";
import type { Transferred } from "../server-session.ts";
import type { SourceIdentity } from "../source-identity.ts";
import type { StoreOrder } from "../store-order.ts";
import { identityIn } from "./identity-of.ts";
import type { SftpRemote } from "./sftp-remote.ts";
import { NoPart, storeByPart } from "./store-by-part.ts";
import { storeInPlace } from "./store-in-place.ts";

/** What the session has found out about the server. */
export interface ServerHabits {
  /** It takes no parts, or renames nothing: every further file is written in place at once. */
  inPlace: boolean;
}

export interface Target {
  /** Absolute, bytes. */
  readonly path: string;
  /** Of the old file, or of what this run has made of it; undefined: not known. */
  readonly there: SourceIdentity | undefined;
  /** The old file's, for the new one. */
  readonly mode: number | undefined;
}

/** What there is of the file stays; an empty part is removed. */
export async function store(remote: SftpRemote, order: StoreOrder, habits: ServerHabits): Promise<Transferred> {
  const target = await leadsTo(remote, remote.place(order.path), order.signal);
  if (order.inPlace || habits.inPlace) return await storeInPlace(remote, target, order);
  try {
    return await storeByPart(remote, target, order);
  } catch (error) {
    if (!(error instanceof NoPart)) throw error;
    if (error.isSent && !order.source.seekable) throw sentOnce(error.cause, target.path);
    order.note(
      `${error.cause.message}; ${printable(target.path, 200)} is written in place (--in-place does so at once)`,
    );
    habits.inPlace = true;
    delete order.course.from;
    return await storeInPlace(remote, target, { ...order, wish: "no" });
  }
}

/** A link that is named is meant for what it leads to. Throws `FS_IS_DIRECTORY`, `FS_NOT_FILE`. */
async function leadsTo({ session }: SftpRemote, path: string, signal: AbortSignal): Promise<Target> {
  const itself = await session.standing(path, "lstat", signal);
  if (itself === "nothing" || itself === "refused" || itself.permissions === undefined)
    return { path, there: undefined, mode: undefined };
  const type = typeOf(itself.permissions) ?? "file";
  if (type === "link") {
    const real = await session.realPath(path, signal);
    const found = await session.look(real, "lstat", signal);
    return { path: real, there: found && identityIn(found), mode: found?.permissions };
  }
  if (type === "file") return { path, there: identityIn(itself), mode: itself.permissions & 0o7777 };
  throw type === "directory"
    ? new SallyportError("FS_IS_DIRECTORY", `${printable(path, 200)} is a directory at the server`, {
        hint: "End the URL in a / to put the file into it.",
      })
    : new SallyportError("FS_NOT_FILE", `${printable(path, 200)} is not a regular file at the server`, {
        hint: "Give the file another name.",
      });
}

function sentOnce(cause: SallyportError, path: string): unknown {
  if (!isSallyportError(cause)) return cause;
  return new SallyportError(
    cause.code,
    `${cause.message}, and what was sent to ${printable(path, 200)} cannot be read twice`,
    {
      cause,
      details: cause.details,
      hint: "Send it again with --in-place.",
    },
  );
}
