// One attempt of an upload by SFTP: into NAME.sallyport-part, and NAME when it is whole, so that NAME is never half a file.
// Where the server takes no part or renames nothing, into NAME itself.

import type { Transferred } from "../../client/transfer-options.ts";
import { flagsOf } from "../../filesystem/sftp/sftp-calls.ts";
import { SftpUpdater } from "../../filesystem/sftp/sftp-writer.ts";
import { SallyportError } from "../../protocol/error.ts";
import { printable } from "../../protocol/printable.ts";
import { typeOf } from "../../ssh/sftp/wire/attributes.ts";
import { alreadyStored } from "../already-stored.ts";
import type { StoreOrder } from "../store-order.ts";
import type { SftpChannel } from "./sftp-channel.ts";
import { storeByPart, type Target } from "./store-by-part.ts";
import { identityIn, identityOf, readRemote, verifyFile } from "./verify.ts";
import { keepTime, planOf, writePieces } from "./write-pieces.ts";

/** What the session has found out about the server. */
export interface ServerHabits {
  /** It takes no parts, or renames nothing: every further file is written in place at once. */
  inPlace: boolean;
}

/** What there is of the file stays; an empty part is removed. */
export async function store(remote: SftpChannel, order: StoreOrder, habits: ServerHabits): Promise<Transferred> {
  const target = await leadsTo(remote, remote.place(order.path), order.signal);
  if (order.inPlace || habits.inPlace) return await storeInPlace(remote, target, order);
  const stored = await storeByPart(remote, target, order);
  if (!("refusal" in stored)) return stored;
  const { refusal, isSent } = stored;
  if (isSent && !order.source.seekable) throw sentOnce(refusal, target.path);
  order.note(`${refusal.message}; ${printable(target.path, 200)} is written in place (--in-place does so at once)`);
  habits.inPlace = true;
  delete order.state.from;
  return await storeInPlace(remote, target, { ...order, resume: "no" });
}

/** A link that is named is meant for what it leads to. Throws `FS_IS_DIRECTORY`, `FS_NOT_FILE`. */
async function leadsTo({ session }: SftpChannel, path: string, signal: AbortSignal): Promise<Target> {
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

function sentOnce(cause: SallyportError, path: string): SallyportError {
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

export async function storeInPlace(remote: SftpChannel, target: Target, order: StoreOrder): Promise<Transferred> {
  const { path, there } = target;
  const { state } = order;
  const from = order.resume === "no" ? 0 : await beginning(remote, path, order);
  if (from === 0) state.before ??= there ?? "nothing";
  state.from ??= from === "all" ? (order.identity.size ?? 0) : from;
  if (from === "all") {
    const { size = 0 } = order.identity;
    const verified = await verifyFile(remote, path, size, await planOf(order, size), order.signal);
    return { bytes: 0, verified, how: "sftp", wasThere: true };
  }
  const check = await planOf(order, from);
  const flags = from === 0 ? flagsOf.replace : flagsOf.write;
  const handle = await remote.session.open(path, flags, { path, doing: "write" }, order.signal);
  await using file = new SftpUpdater(handle, order.signal);
  const end = await writePieces(remote, file, from, order, check.digest, () => {});
  await keepTime(remote, path, order);
  const verified = await verifyFile(remote, path, end, check, order.signal);
  return { bytes: end - state.from, verified, how: "sftp" };
}

/** How much of the source is there already; the file is its own part. */
async function beginning(remote: SftpChannel, path: string, order: StoreOrder): Promise<number | "all"> {
  const found = await identityOf(remote, path, order.signal);
  if (found === "nothing" || found === "refused" || found.size === undefined) {
    if (found !== "nothing")
      order.note(`${printable(path, 200)}: the server does not say what is there; it is sent from the beginning`);
    return 0;
  }
  const { size } = found;
  return await alreadyStored(order, path, { ...found, size }, (offset) =>
    readRemote(remote, path, offset, order.signal),
  );
}
