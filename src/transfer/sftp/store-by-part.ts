// An upload into NAME.sallyport-part, which gets its name when it is whole.

import type { SourceFacts, Transferred } from "../../client/transfer-options.ts";
import { flagsOf } from "../../filesystem/sftp/sftp-calls.ts";
import { SftpUpdater } from "../../filesystem/sftp/sftp-writer.ts";
import { isSallyportError, SallyportError } from "../../protocol/error.ts";
import { printable } from "../../protocol/printable.ts";
import { besideBytes, noteSuffix, partSuffix } from "../part-file.ts";
import { likeness, type NameState, nameState, partState, resumeSteps, type Step } from "../resume-rule.ts";
import type { StoreOrder } from "../store-order.ts";
import type { SftpChannel } from "./sftp-channel.ts";
import { SourceNote } from "./source-note.ts";
import { checkSize, compareRemoteTail, identityOf, verifyFile } from "./verify.ts";
import { keepTime, planOf, writePieces } from "./write-pieces.ts";

/** The file that an upload is for. */
export interface Target {
  /** Absolute, bytes. */
  readonly path: string;
  /** Of the old file, or of what this run has made of it; undefined: not known. */
  readonly there: SourceFacts | undefined;
  /** The old file's, for the new one. */
  readonly mode: number | undefined;
}

/** The server takes no part, or does not let it have its name. */
export interface NoPart {
  readonly refusal: SallyportError;
  /** The source has been read. */
  readonly isSent: boolean;
}

/** Throws what the server says else. */
export async function storeByPart(
  remote: SftpChannel,
  target: Target,
  order: StoreOrder,
): Promise<Transferred | NoPart> {
  const { signal, state } = order;
  const part = besideBytes(target.path, partSuffix);
  const note = new SourceNote(remote, besideBytes(target.path, noteSuffix), signal);
  // Pipelined with the opening. An older part may have a note, which is then removed with this one's.
  const older = order.resume === "no" ? identityOf(remote, part, signal) : undefined;
  older?.then(
    (found) => typeof found === "string" || note.expect(),
    () => {},
  );
  const { step, bytes } = order.resume === "no" ? begin : await plan(remote, target.path, part, note, order);
  state.from ??= bytes;
  if (step === "there already") {
    const verified = await verifyFile(remote, target.path, bytes, await planOf(order, bytes), signal);
    await remote.files.remove(part, { signal }).catch(() => {});
    await note.remove();
    return { bytes: 0, verified, how: "sftp", wasThere: true };
  }
  if (step === "resume name") await remote.files.rename(target.path, part, { signal });
  const check = await planOf(order, bytes);
  const end = step === "rename part" ? bytes : await writePart(remote, part, bytes, note, order, check.digest);
  if (typeof end !== "number") return end;
  const size = await checkSize(remote, part, end, signal);
  if (size === "gone") return { refusal: taken(part), isSent: true };
  const verified = await verifyFile(remote, part, end, check, signal, size);
  // The new file is another one: it gets the old one's permissions.
  if (target.mode !== undefined) await remote.files.setMode(part, target.mode, { signal }).catch(() => {});
  await keepTime(remote, part, order);
  state.isRenaming = true;
  const noPart = await putInPlace(remote, part, target.path, note, order);
  if (noPart !== undefined) return noPart;
  await note.remove();
  return { bytes: end - state.from, verified, how: "sftp" };
}

interface Plan {
  readonly step: Step;
  /** That are there already. */
  readonly bytes: number;
}

const begin: Plan = { step: "begin", bytes: 0 };

/** What is there, and what the rule says to that. */
async function plan(
  remote: SftpChannel,
  path: string,
  part: string,
  note: SourceNote,
  order: StoreOrder,
): Promise<Plan> {
  const { identity, resume, signal, state } = order;
  const [found, noted] = await Promise.all([
    identityOf(remote, part, signal),
    resume === "requested" ? note.read() : undefined,
  ]);
  if (found === "refused") {
    order.note(`${printable(part, 200)}: the server does not say what is there; the file is sent from the beginning`);
    return begin;
  }
  const bytes = found === "nothing" ? undefined : found.size;
  const known = resume === "retry" ? "same" : likeness(noted, identity);
  let partIs = partState(bytes, identity, known);
  if (partIs === "longer" || partIs === "changed")
    order.note(`${printable(part, 200)} is from another source; the file is sent again from the beginning`);
  if (partIs === "shorter" || partIs === "whole") {
    const tail = await compareRemoteTail(remote, part, bytes ?? 0, order);
    if (tail === "different") {
      order.note(
        `${printable(part, 200)} is not the beginning of the source; the file is sent again from the beginning`,
      );
      partIs = "changed";
    } else if (tail === "unknown" && known === "unknown") {
      order.note(`${printable(part, 200)} cannot be read and compared; --resume trusts that it is from this source`);
    }
  }
  // Of this run's own part the name was the part's, or is still that of the old file.
  const mayLook = resume === "requested" || state.isRenaming === true;
  const name = mayLook ? await nameAt(remote, path, order) : { state: "none" as const, bytes: 0 };
  const step = resumeSteps[partIs][name.state];
  return { step, bytes: step === "begin" ? 0 : step.endsWith("part") ? (bytes ?? 0) : name.bytes };
}

async function nameAt(
  remote: SftpChannel,
  path: string,
  order: StoreOrder,
): Promise<{ readonly state: NameState; readonly bytes: number }> {
  const found = await identityOf(remote, path, order.signal);
  if (typeof found === "string") return { state: "none", bytes: 0 };
  const state = nameState(found, order.identity);
  const bytes = found.size ?? 0;
  if (state !== "shorter" && state !== "unclear") return { state, bytes };
  const tail = await compareRemoteTail(remote, path, bytes, order);
  if (tail === "different") return { state: "older", bytes };
  if (tail === "unknown") {
    order.note(`${printable(path, 200)} cannot be read and compared; --resume trusts that it is from this source`);
  }
  return { state: state === "unclear" ? "same" : state, bytes };
}

/** Returns the bytes of the part afterwards. */
async function writePart(
  remote: SftpChannel,
  part: string,
  from: number,
  note: SourceNote,
  order: StoreOrder,
  digest: Parameters<typeof writePieces>[4],
): Promise<number | NoPart> {
  const { signal, identity } = order;
  const flags = from === 0 ? flagsOf.replace : flagsOf.write;
  const opening = remote.session.open(part, flags, { path: part, doing: "write" }, signal);
  const handle = await opening.catch((error: unknown): NoPart => {
    if (isSallyportError(error) && refusesPart.test(error.code)) return { refusal: error, isSent: false };
    throw error;
  });
  if ("refusal" in handle) return handle;
  await using file = new SftpUpdater(handle, signal);
  let end = from;
  try {
    return await writePieces(remote, file, from, order, digest, (bytes) => {
      end = bytes;
      note.reached(bytes, identity);
    });
  } catch (error) {
    if (end === 0) await remote.files.remove(part, { signal: never }).catch(() => {});
    else note.write(identity);
    await note.settled();
    throw error;
  }
}

const never: AbortSignal = new AbortController().signal;

/** About the name of the part; a directory that is missing or a full disk would refuse the file itself as well. */
const refusesPart = /^FS_(?:PERMISSION|FAILED|UNSUPPORTED|NAME_INVALID|READ_ONLY|OUTSIDE|NOT_FOUND)$/;

/** In one step where the server has posix-rename@openssh.com; elsewhere the old file goes first. */
async function putInPlace(
  remote: SftpChannel,
  part: string,
  path: string,
  note: SourceNote,
  order: StoreOrder,
): Promise<NoPart | undefined> {
  const { files } = remote;
  const { signal } = order;
  try {
    await files.rename(part, path, { signal }).catch(async (error: unknown) => {
      if (!isSallyportError(error) || error.code !== "FS_EXISTS") throw error;
      await files.remove(path, { signal });
      await files.rename(part, path, { signal });
    });
    return undefined;
  } catch (error) {
    if (signal.aborted || !isSallyportError(error) || !error.code.startsWith("FS_")) throw error;
    await files.remove(part, { signal }).catch(() => {
      order.note(`${printable(part, 200)} stays at the server, which does not let it be removed`);
    });
    await note.remove();
    return { refusal: error, isSent: true };
  }
}

function taken(part: string): SallyportError {
  return new SallyportError(
    "FS_NOT_FOUND",
    `${printable(part, 200)} was taken away at the server as soon as it was closed`,
  );
}
