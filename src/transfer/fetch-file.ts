// One download: into NAME.sallyport-part, and NAME when it is whole. NAME is never half a file.
import { createWriteStream, renameSync } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { compareBytes, compareTail } from "../client/compare-tail.ts";
import { type ReceiveOrder, refuseAsciiParts } from "../client/download.ts";
import type { Progress, SourceFacts, TransferOptions, Transferred } from "../client/transfer-options.ts";
import { planVerification } from "../client/verification.ts";
import { translateFsError } from "../filesystem/fs-error.ts";
import { makeDigest } from "../platform/digest.ts";
import { definedProps } from "../protocol/defined-props.ts";
import { isSallyportError, SallyportError } from "../protocol/error.ts";
import type { HashName } from "../protocol/hashes.ts";
import { printable } from "../protocol/printable.ts";
import { type AttemptRules, attemptsOf, withAttempts } from "./file-attempts.ts";
import { newTarget, resumedTarget } from "./file-sink.ts";
import { bytesAt, identify } from "./identify.ts";
import { keepTimeHere } from "./keep-time.ts";
import { assertWritable, readLocal } from "./local-file.ts";
import { kindOf, type LocalKind } from "./local-tree.ts";
import { besideLocal, LocalNote, noteSuffix, partSuffix } from "./part-file.ts";
import { likeness, type NameState, nameState, partState, resumeSteps, type Step } from "./resume-rule.ts";
import type { ServerSession } from "./server-session.ts";

export interface FetchFileOptions extends AttemptRules, Pick<TransferOptions, "verify" | "type" | "onDataComplete"> {
  readonly resume?: boolean;
  /** Write the name itself, without a part. */
  readonly inPlace?: boolean;
  readonly onProgress?: (progress: Progress) => void;
  /** Give the file the time of the server's. Default false. */
  readonly times?: boolean;
  /** That time, where a listing has told it already. */
  readonly modifiedMs?: number | undefined;
  /** False: no time is asked for, and parts are compared byte by byte alone. Default true. */
  readonly noted?: boolean;
  /** The file is small, and on its way: the next one may be made ready. Not called where there may be another attempt. */
  readonly onSoonOver?: (() => void) | undefined;
  /** What the server tells of the file, as soon as it does. */
  readonly onFacts?: (facts: SourceFacts) => void;
}

/**
 * @throws SallyportError what `downloadFile` throws, and `FS_*`. What there is of the file stays in the part file, and `kept` is told of it;
 * an empty one is removed.
 */
export async function fetchFile(
  session: ServerSession,
  path: string,
  target: string,
  options: FetchFileOptions,
  kept: (part: string, bytes: number) => void,
): Promise<Transferred> {
  // A device or a pipe that is named is written to, as with curl; it must not be replaced by a file.
  const part = besideLocal(target, partSuffix);
  const [kind, partKind] = [kindOf(target), kindOf(part)];
  if (kind === "other") return await pour(session, path, target, options);
  if (!mayBeWritten(kind) || !mayBeWritten(partKind)) await assertFree(target, kind, part, partKind);
  refuseAsciiParts(`could not download "${printable(path, 200)}"`, options, options.resume === true);
  if (options.inPlace === true) return await fetchInPlace(session, path, target, options);
  const file: LocalFile = { target, part, note: new LocalNote(besideLocal(target, noteSuffix)) };
  const state: AttemptState = {};
  try {
    return await withAttempts(session, options, (own) => attempt(own, path, file, options, state));
  } catch (error) {
    const bytes = await sizeHere(part);
    if (bytes === 0) {
      await rm(part, { force: true });
      file.note.remove();
    } else if (bytes !== undefined) {
      if (state.source !== undefined) file.note.write(state.source);
      kept(part, bytes);
    }
    throw error;
  }
}

/** The name itself is the part: what has come can be resumed there, and others may see half of it. */
async function fetchInPlace(
  session: ServerSession,
  path: string,
  target: string,
  options: FetchFileOptions,
): Promise<Transferred> {
  const { retries = 0, signal, verify, type, onDataComplete } = options;
  const state: AttemptState = {};
  const fetched = await withAttempts(session, options, async (own, before) => {
    // Bytes of two files must not be mixed.
    const isSame = async (): Promise<boolean> =>
      likeness(state.source, await identify(own, path, { signal })) === "same";
    const continues = before === 0 ? options.resume === true : state.hasBegun === true && (await isSame());
    return await fetchInto(own, path, target, continues, {
      ...definedProps({ verify, type, onDataComplete: retries > 0 ? undefined : onDataComplete }),
      signal,
      onFacts: (facts) => {
        state.source = facts;
        options.onFacts?.(facts);
      },
      onProgress: (progress) => {
        state.hasBegun = true;
        options.onProgress?.(progress);
      },
    });
  });
  if (options.times) keepTimeHere(target, state.source?.modifiedMs ?? options.modifiedMs);
  return fetched;
}

interface LocalFile {
  readonly target: string;
  readonly part: string;
  readonly note: LocalNote;
}

/** What one attempt leaves for the next one. */
interface AttemptState {
  /** The file that the part is from. */
  source?: SourceFacts;
  /** Bytes that were there before the first attempt. */
  from?: number;
  /** The part is this run's own: bytes have come. */
  hasBegun?: boolean;
}

async function attempt(
  session: ServerSession,
  path: string,
  file: LocalFile,
  options: FetchFileOptions,
  state: AttemptState,
): Promise<Transferred> {
  const { target, part, note } = file;
  const isOwn = state.hasBegun === true;
  const step = isOwn || options.resume === true ? await plan(session, path, file, options, state, isOwn) : "begin";
  if (step === "there already") {
    const verified = await verifyThere(session, path, target, options);
    await rm(part, { force: true });
    note.remove();
    return { bytes: 0, verified, how: "nothing", wasThere: true };
  }
  if (step === "resume name") move(target, part);
  const result = await fetchPart(session, path, file, options, state, step);
  if (options.times) keepTimeHere(part, state.source?.modifiedMs ?? options.modifiedMs);
  move(part, target);
  note.remove();
  return result;
}

/** The rest of the part, or all of it when it turns out to be from another source. */
async function fetchPart(
  session: ServerSession,
  path: string,
  { part, target, note }: LocalFile,
  options: FetchFileOptions,
  state: AttemptState,
  step: Step,
): Promise<Transferred> {
  const there = step === "begin" ? 0 : ((await sizeHere(part)) ?? 0);
  const how = partAttempt(options, state, note, there);
  const before = there - (state.from ?? there);
  state.from ??= there;
  try {
    const resumed = await fetchInto(session, path, part, there > 0, how);
    return before === 0 ? resumed : { ...resumed, bytes: resumed.bytes + before };
  } catch (error) {
    if (there === 0 || !isSallyportError(error) || error.details.phase !== "resume") throw error;
    options.note(`${error.message}; it is downloaded again from the beginning`);
    // It was no part of the file after all.
    if (step === "resume name") move(part, target);
    state.from = 0;
    return await fetchInto(session, path, part, false, how);
  }
}

/** `there`: bytes that the part has before. */
function partAttempt(options: FetchFileOptions, state: AttemptState, note: LocalNote, there: number): FetchAttempt {
  const { signal, verify, type, onDataComplete, onSoonOver, retries = 0 } = options;
  const asksTime = options.times === true && options.modifiedMs === undefined;
  const onFacts = (facts: SourceFacts): void => {
    state.source = facts;
    options.onFacts?.(facts);
  };
  const onProgress = (progress: Progress): void => {
    if (progress.bytes > there) state.hasBegun = true;
    note.reached(progress.bytes, state.source);
    options.onProgress?.(progress);
  };
  return {
    signal,
    onProgress,
    ...definedProps({
      verify,
      type,
      // What is left after the data must need no other attempt.
      ...(retries === 0 ? { onDataComplete, onSoonOver } : {}),
      onFacts: options.noted === false && retries === 0 && !asksTime ? undefined : onFacts,
    }),
  };
}

type FetchAttempt = Pick<ReceiveOrder, "signal" | "onProgress" | "onFacts" | "onDataComplete" | "onSoonOver"> &
  Pick<TransferOptions, "verify" | "type">;

/** One attempt, into the file itself; with `resume` behind what it has. What has come stays there after a failure. */
async function fetchInto(
  session: ServerSession,
  path: string,
  localPath: string,
  resume: boolean,
  how: FetchAttempt,
): Promise<Transferred> {
  assertWritable(localPath);
  const { clock, inTurn, hashes } = attemptsOf(session);
  const opened = resume ? await resumedTarget(localPath, compareBytes, clock) : newTarget(localPath, clock);
  const { there, offset, sink } = opened;
  const check = planVerification(hashes, how);
  if (check.hash !== undefined && offset > 0) {
    for await (const piece of readLocal(localPath, 0, offset)) check.hash.digest.update(piece);
  }
  try {
    const result = await inTurn(how.signal, false, (receive, signal) =>
      receive({ ...how, path, sink, offset, check, signal }),
    );
    // With the last reply there may have come what the next file's data connection waits for, and the server for that.
    await new Promise<void>((resolve) => setImmediate(resolve));
    const finished = opened.finish();
    if (finished !== undefined) await finished;
    return there === offset ? result : { ...result, bytes: result.bytes - (there - offset) };
  } catch (error) {
    await opened.giveUp();
    throw error;
  }
}

/** What is there, and what the rule says to that. */
async function plan(
  session: ServerSession,
  path: string,
  { target, part, note }: LocalFile,
  options: FetchFileOptions,
  state: AttemptState,
  isOwn: boolean,
): Promise<Step> {
  const source = await identify(session, path, { signal: options.signal });
  const noted = isOwn ? state.source : note.read();
  const known = likeness(noted, source);
  const bytes = await sizeHere(part);
  // A part of this run of which nobody can tell whether its source is the same goes the way of one from another source.
  const found = partState(bytes, source, isOwn && known === "unknown" ? "changed" : known);
  if (found === "changed" || found === "longer") {
    const why = known === "unknown" ? "nothing shows whether the file is still the same" : "the file was replaced";
    options.note(`${part}: ${why}; it is downloaded again from the beginning`);
  }
  const name = options.resume === true ? await nameHere(session, path, target, source, options) : "none";
  return resumeSteps[found][name];
}

async function nameHere(
  session: ServerSession,
  path: string,
  target: string,
  source: SourceFacts,
  { signal, note }: FetchFileOptions,
): Promise<NameState> {
  const found = await stat(target).catch(() => undefined);
  if (found === undefined) return "none";
  const state = nameState({ size: found.size, modifiedMs: Math.floor(found.mtimeMs) }, source);
  // It was given the time of the server's file, down to the millisecond.
  if (state === "unclear" && found.mtimeMs === source.modifiedMs) return "same";
  if (state === "older") note(`${target} is another file than the server's; it is replaced`);
  if (state !== "unclear") return state;
  const tail = await compareTail(
    bytesAt(session, path, signal),
    (offset) => readLocal(target, offset),
    found.size,
    signal,
  );
  if (tail === "different") note(`${target} is another file than the server's; it is replaced`);
  if (tail === "unknown") note(`${target} has the size of the server's file, and nothing else of it can be compared`);
  return tail === "different" ? "older" : "same";
}

/** Byte after byte: there is no going back in a pipe, so no second attempt either. */
async function pour(
  session: ServerSession,
  path: string,
  target: string,
  { signal, verify, type, onProgress, onFacts }: FetchFileOptions,
): Promise<Transferred> {
  const stream = session.download(path, {
    signal,
    ...definedProps({ verify, type, onProgress, onFacts }),
  });
  try {
    await pipeline(stream, createWriteStream(target));
  } catch (error) {
    signal.throwIfAborted();
    throw translateFsError(error, target);
  }
  return await stream.result;
}

const mayBeWritten = (kind: LocalKind): boolean => kind === "missing" || kind === "file";

async function assertFree(target: string, kind: LocalKind, part: string, partKind: LocalKind): Promise<void> {
  if (kind === "directory") {
    throw new SallyportError("FS_IS_DIRECTORY", `${target} is a directory`, { hint: "Give the file another name." });
  }
  const found = kind === "link" ? await stat(target).catch(() => undefined) : undefined;
  if (found !== undefined && !found.isFile()) {
    throw new SallyportError("FS_NOT_FILE", `${target} is a link, and leads to no file`, {
      hint: "Name what it leads to; - is standard output.",
    });
  }
  if (mayBeWritten(partKind)) return;
  throw new SallyportError("FS_OUTSIDE", `${part} is in the way, and is not a file`, { hint: "Remove it." });
}

/** Of a file that has its final name already. Throws `FTP_VERIFY`. */
async function verifyThere(
  session: ServerSession,
  path: string,
  target: string,
  { verify, signal }: FetchFileOptions,
): Promise<Transferred["verified"]> {
  const [name] = session.hashes;
  if (verify !== "hash" || name === undefined) return "size";
  const [ours, theirs] = [await hashHere(target, name), await session.hash(path, name, { signal })];
  if (ours === theirs) return name;
  throw new SallyportError("FTP_VERIFY", `${target}: its ${name} is ${ours}, and the server's file has ${theirs}`, {
    hint: "It is another file: download it without --resume.",
  });
}

function move(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    throw translateFsError(error, to);
  }
}

async function sizeHere(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch {
    return undefined;
  }
}

async function hashHere(path: string, name: HashName): Promise<string> {
  const digest = makeDigest(name);
  for await (const chunk of readLocal(path, 0)) digest.update(chunk);
  return digest.hex();
}
