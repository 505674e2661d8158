// The source (-f): files and directories to the client.

import { joinPath, nameOf, parentOf, resolvePath } from "../../protocol/file-path.ts";
import { limits } from "../../protocol/limits.ts";
import type { FileEntry, FileFacts } from "../../protocol/listing/file-facts.ts";
import { isPattern, matchesPattern } from "../../protocol/listing/glob.ts";
import type { ScpFiles } from "./receive-files.ts";
import { fileShrank, type ScpSession } from "./scp-session.ts";
import type { ScpCommand, ScpWord } from "./wire/command.ts";
import { formatEntry, formatTimes, isScpName } from "./wire/records.ts";

type From = Pick<ScpFiles, "files" | "options">;

/** Throws `ScpFatal`, or what breaks the stream off. */
export async function sendFiles(session: ScpSession, command: ScpCommand, from: From): Promise<void> {
  await session.answer(); // the client begins
  for (const word of command.paths) {
    for (const path of await pathsOf(word, from)) await sendAny(session, command, from, path, 0);
  }
}

/** Patterns in the last name, as a shell would have them; one that fits nothing stands for itself. */
async function pathsOf({ text, pattern }: ScpWord, { files, options }: From): Promise<string[]> {
  const path = resolvePath("/", text);
  const last = pattern.slice(pattern.lastIndexOf("/") + 1);
  if (!isPattern(last) || last === inBracketsOnly(text)) return [path];
  const found: string[] = [];
  try {
    for await (const { name } of files.list(parentOf(path), options)) {
      const isHidden = name.startsWith(".") && !last.startsWith(".");
      if (isHidden || !matchesPattern(last, name)) continue;
      found.push(joinPath(parentOf(path), name));
      if (found.length > limits.listingEntriesMax) return [path];
    }
  } catch {
    return [path]; // which will be reported
  }
  return found.length === 0 ? [path] : found.sort();
}

/** The last name of a word in which every special character was quoted. */
function inBracketsOnly(text: string): string {
  return text.slice(text.lastIndexOf("/") + 1).replace(/[*?[]/g, "[$&]");
}

async function sendAny(
  session: ScpSession,
  command: ScpCommand,
  from: From,
  path: string,
  depth: number,
): Promise<void> {
  let facts: FileFacts;
  try {
    facts = await from.files.stat(path, from.options);
  } catch (error) {
    return session.warn(path, error);
  }
  const name = nameOf(path);
  if (path === "/") return session.warn(path, "it has no name to send; ask for /* instead");
  if (!isScpName(name)) return session.warn(path, "its name cannot be sent by scp's protocol");
  if (facts.type === "file") return sendFile(session, command, from, path, name);
  if (facts.type !== "directory" || !command.recursive) return session.warn(path, "not a regular file");
  if (depth >= limits.scpDepthMax) return session.warn(path, "too many directories within each other");
  return sendDirectory(session, command, from, path, name, facts, depth);
}

async function sendDirectory(
  session: ScpSession,
  command: ScpCommand,
  from: From,
  path: string,
  name: string,
  facts: FileFacts,
  depth: number,
): Promise<void> {
  const entries: FileEntry[] = [];
  try {
    for await (const entry of from.files.list(path, from.options)) {
      entries.push(entry);
      if (entries.length > limits.listingEntriesMax) return await session.warn(path, "it has too many entries");
    }
  } catch (error) {
    return session.warn(path, error);
  }
  if (!(await sendTimes(session, command, facts))) return;
  await session.write(formatEntry("directory", facts.mode, 0, name));
  if (!(await session.answer())) return;
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    // As with OpenSSH the file that a link leads to, and no directory: it could lead in a circle.
    const recursive = command.recursive && entry.facts.type !== "link";
    await sendAny(session, { ...command, recursive }, from, joinPath(path, entry.name), depth + 1);
  }
  await session.write("E\n");
  await session.answer();
}

async function sendFile(
  session: ScpSession,
  command: ScpCommand,
  { files, options }: From,
  path: string,
  name: string,
): Promise<void> {
  let reader: Awaited<ReturnType<typeof files.openRead>>;
  try {
    reader = await files.openRead(path, { ...options, offset: 0 });
  } catch (error) {
    return session.warn(path, error);
  }
  await using open = reader;
  const { facts } = open;
  if (!(await sendTimes(session, command, facts))) return;
  await session.write(formatEntry("file", facts.mode, facts.size, name));
  if (!(await session.answer())) return;
  const buffer = Buffer.allocUnsafe(Math.max(1, Math.min(facts.size, limits.fileChunkBytes)));
  for (let left = facts.size; left > 0; ) {
    const count = await open.read(buffer.subarray(0, Math.min(left, buffer.length)));
    // The size has been sent: filling up would make a whole file of it.
    if (count === 0) throw fileShrank();
    await session.write(buffer.subarray(0, count));
    left -= count;
  }
  await session.ok();
  await session.answer();
}

async function sendTimes(session: ScpSession, { preserve }: ScpCommand, facts: FileFacts): Promise<boolean> {
  if (!preserve) return true;
  await session.write(formatTimes(facts.modifiedMs));
  return session.answer();
}
