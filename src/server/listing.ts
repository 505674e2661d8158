// What LIST, NLST and STAT are asked about: a directory, one file, or a pattern; sorted, within a limit.
import { isSallyportError, SallyportError } from "../protocol/error.ts";
import { isSayable, nameOf, parentOf } from "../protocol/file-path.ts";
import { limits } from "../protocol/limits.ts";
import type { FileEntry } from "../protocol/listing/file-facts.ts";
import { isPattern, matchesPattern } from "../protocol/listing/glob.ts";
import { listLine } from "../protocol/listing/list-line.ts";
import { type ListRequest, parseListRequest } from "../protocol/listing/list-options.ts";
import { makeReply, type Reply } from "../protocol/reply.ts";
import { blockReply } from "./replies.ts";
import { filesOf, pathOf, type Session } from "./session.ts";

export interface Listing {
  readonly entries: readonly FileEntry[];
  /** What stands before each name in NLST, so that it can be used as it is: `sub/` for `sub/*.c`. */
  readonly prefix: string;
}

/** Throws what the file system throws. */
export async function makeListing(session: Session, request: ListRequest, signal: AbortSignal): Promise<Listing> {
  const path = pathOf(session, request.path);
  const given = request.path.slice(0, request.path.lastIndexOf("/") + 1);
  try {
    const facts = await filesOf(session).stat(path, { signal });
    if (facts.type === "directory" && !request.itself) {
      return { entries: await collect(session, path, request, undefined, signal), prefix: "" };
    }
    return { entries: [{ name: nameOf(path) || "/", facts }], prefix: request.path === "" ? "" : given };
  } catch (error) {
    const pattern = nameOf(path);
    if (!isSallyportError(error) || error.code !== "FS_NOT_FOUND" || !isPattern(pattern)) throw error;
    return { entries: await collect(session, parentOf(path), request, pattern, signal), prefix: given };
  }
}

/** STAT with a path: the lines of LIST without a data connection (RFC 959 section 4.1.3). */
export async function listOverControl(session: Session, argument: string, signal: AbortSignal): Promise<Reply> {
  const { entries } = await makeListing(session, parseListRequest(argument), signal);
  const now = session.context.environment.now();
  const lines = entries.map((entry) => listLine(entry, now));
  const bytes = lines.reduce((sum, line) => sum + line.length + 3, 0);
  if (bytes > limits.replyBytesMax - 200)
    return makeReply(451, "The listing is too long for a reply; use LIST or MLSD.");
  return blockReply(213, "Status follows:", lines, "End of status");
}

async function collect(
  session: Session,
  path: string,
  request: ListRequest,
  pattern: string | undefined,
  signal: AbortSignal,
): Promise<FileEntry[]> {
  const entries: FileEntry[] = [];
  for await (const entry of filesOf(session).list(path, { signal })) {
    if (!isShown(entry.name, request, pattern)) continue;
    if (entries.length >= limits.listingEntriesMax) {
      throw new SallyportError(
        "FS_FAILED",
        `more than ${limits.listingEntriesMax} entries are too many to sort; use MLSD`,
      );
    }
    entries.push(entry);
  }
  return entries.sort(orders[request.order](request.reverse ? -1 : 1));
}

/** As ls and the shell: names with a dot only when they are asked for. */
function isShown(name: string, { all }: ListRequest, pattern: string | undefined): boolean {
  if (!isSayable(name)) return false;
  if (name.startsWith(".") && !all && pattern?.startsWith(".") !== true) return false;
  return pattern === undefined || matchesPattern(pattern, name);
}

type Compare = (a: FileEntry, b: FileEntry) => number;

const byName: Compare = (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

/** Newest and largest first, as ls has it. */
const orders: Readonly<Record<ListRequest["order"], (sign: 1 | -1) => Compare>> = {
  name: (sign) => (a, b) => sign * byName(a, b),
  time: (sign) => (a, b) => sign * (b.facts.modifiedMs - a.facts.modifiedMs || byName(a, b)),
  size: (sign) => (a, b) => sign * (b.facts.size - a.facts.size || byName(a, b)),
};
