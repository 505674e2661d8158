// The sink (-t): files and directories from the client.

import { exists, type FileOptions, type FileSystem, setsModes, setsTimes } from "../../platform/file-system.ts";
import { openUpload } from "../../platform/upload-target.ts";
import { joinPath, resolvePath } from "../../protocol/file-path.ts";
import { limits } from "../../protocol/limits.ts";
import { isScpFatal, ScpFatal, type ScpSession } from "./scp-session.ts";
import type { ScpCommand } from "./wire/command.ts";
import { parseRecord, type ScpRecord } from "./wire/records.ts";

export interface ScpFiles {
  readonly files: FileSystem;
  readonly options: FileOptions;
  /** Letters that nobody can foresee, for names of files that are not complete. */
  readonly randomName: () => string;
}

type Entry = Extract<ScpRecord, { type: "file" | "directory" }>;

/** What a file gets that is new and whose mode is not to be kept: umask 022. */
const usualModes = 0o755;

/** Throws `ScpFatal`, or what the stream breaks with. */
export async function receiveFiles(session: ScpSession, command: ScpCommand, to: ScpFiles): Promise<void> {
  const target = resolvePath("/", command.paths[0]?.text ?? "");
  const isDirectory = await isDirectoryAt(to, target);
  if (command.intoDirectory && !isDirectory) throw new ScpFatal("the target is not a directory");
  await session.ok();
  await receiveInto(session, command, to, (name) => (isDirectory ? joinPath(target, name) : target), 0);
}

/** Until the client has sent all, or ends the directory. `place`: the path of what has this name. */
async function receiveInto(
  session: ScpSession,
  command: ScpCommand,
  to: ScpFiles,
  place: (name: string) => string,
  depth: number,
): Promise<void> {
  let modifiedS: number | undefined;
  for (;;) {
    const line = await session.line();
    if (line === undefined && depth > 0) throw new ScpFatal("the client went away within a directory");
    if (line === undefined) return;
    const record = parseRecord(line);
    if (typeof record === "string") throw new ScpFatal(record);
    if (record.type === "fatal") throw new ScpFatal("the client gave up");
    if (record.type === "warning") session.failed = true;
    else if (record.type === "times") {
      modifiedS = record.modifiedS;
      await session.ok();
    } else if (record.type === "end") {
      if (depth === 0) throw new ScpFatal("a directory ends that did not begin");
      await session.ok();
      return;
    } else {
      const kept = command.preserve ? modifiedS : undefined;
      modifiedS = undefined;
      if (record.type === "file") await receiveFile(session, command, to, place(record.name), record, kept);
      else await receiveDirectory(session, command, to, place(record.name), record, kept, depth);
    }
  }
}

async function receiveDirectory(
  session: ScpSession,
  command: ScpCommand,
  to: ScpFiles,
  path: string,
  { mode }: Entry,
  modifiedS: number | undefined,
  depth: number,
): Promise<void> {
  if (!command.recursive) throw new ScpFatal("a directory comes without -r");
  if (depth >= limits.scpDepthMax) throw new ScpFatal(`more than ${limits.scpDepthMax} directories within each other`);
  const { files, options } = to;
  try {
    const isNew = !(await exists(files, path, options));
    if (isNew) await files.mkdir(path, options);
    else if (!(await isDirectoryAt(to, path))) throw new ScpFatal("a file is where a directory is to be");
    // Its owner has to be able to write into it until it is filled.
    if (command.preserve && setsModes(files)) await files.setMode(path, mode | 0o700, options);
  } catch (error) {
    if (isScpFatal(error)) throw error;
    // A client takes it that the directory is not entered, and goes on behind it.
    await session.warn(path, error);
    return;
  }
  await session.ok();
  await receiveInto(session, command, to, (name) => joinPath(path, name), depth + 1);
  try {
    if (command.preserve && setsModes(files)) await files.setMode(path, mode, options);
    if (modifiedS !== undefined && setsTimes(files)) await files.setModified(path, modifiedS * 1000, options);
  } catch {
    session.failed = true; // its end has been answered already
  }
}

/** The file has its name when the client has reported that it is whole, not before. */
async function receiveFile(
  session: ScpSession,
  command: ScpCommand,
  to: ScpFiles,
  path: string,
  record: Entry,
  modifiedS: number | undefined,
): Promise<void> {
  const { files, options, randomName } = to;
  let isNew: boolean;
  let target: Awaited<ReturnType<typeof openUpload>>;
  try {
    isNew = !(await exists(files, path, options));
    target = await openUpload(files, path, { ...options, start: "truncate", atomic: true, randomName });
  } catch (error) {
    await session.warn(path, error); // the client leaves this file out
    return;
  }
  await using _closed = target;
  await session.ok();
  let failure: unknown;
  for (let left = record.size; left > 0; ) {
    const bytes = await session.bytes(left);
    if (bytes.length === 0) throw new ScpFatal("the client went away within a file");
    left -= bytes.length;
    // The rest of a file that cannot be written is read to its end: the client listens at its end only.
    if (failure === undefined) {
      await target.write([bytes]).catch((error: unknown) => {
        failure = error;
      });
    }
  }
  // libssh2 (curl) sends its end-of-file in place of the last OK; every byte that was announced is there.
  if (!(await session.answer(true))) return; // it could not read the file to its end
  try {
    if (failure !== undefined) throw failure;
    await target.finish();
    const mode = command.preserve ? record.mode : isNew ? record.mode & usualModes : undefined;
    if (mode !== undefined && setsModes(files)) await files.setMode(path, mode, options);
    if (modifiedS !== undefined && setsTimes(files)) await files.setModified(path, modifiedS * 1000, options);
  } catch (error) {
    await session.warn(path, error);
    return;
  }
  await session.ok();
}

async function isDirectoryAt({ files, options }: ScpFiles, path: string): Promise<boolean> {
  return (await exists(files, path, options)) && (await files.stat(path, options)).type === "directory";
}
