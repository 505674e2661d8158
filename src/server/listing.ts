// What LIST, NLST and STAT are asked about: a directory, one file, or a pattern; sorted, or streaming where there is much of it.
import type { FileSystem } from "../platform/file-system.ts";
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
  /** Sorted, as far as that does not keep the client waiting. */
  readonly entries: AsyncIterable<FileEntry> | readonly FileEntry[];
  /** What stands before each name in NLST, so that it can be used as it is: `sub/` for `sub/*.c`. */
  readonly prefix: string;
}

/** Throws what the file system throws. What was begun of it ends with `directory`, which is the caller's to dispose of. */
export async function makeListing(session: Session, request: ListRequest, directory: Directories): Promise<Listing> {
  const path = pathOf(session, request.path);
  const given = request.path.slice(0, request.path.lastIndexOf("/") + 1);
  const pattern = nameOf(path);
  if (!request.itself && !isPattern(pattern)) directory.begin(path);
  try {
    const facts = await filesOf(session).stat(path, { signal: directory.signal });
    if (facts.type === "directory" && !request.itself) {
      return { entries: await sorted(directory.entries(path), request, undefined), prefix: "" };
    }
    return { entries: [{ name: nameOf(path) || "/", facts }], prefix: request.path === "" ? "" : given };
  } catch (error) {
    if (!isSallyportError(error) || error.code !== "FS_NOT_FOUND" || !isPattern(pattern)) throw error;
    return { entries: await sorted(directory.entries(parentOf(path)), request, pattern), prefix: given };
  }
}

/** The directories of one command: read while it is still being asked what they are, which at a distance saves a round trip. */
export class Directories implements AsyncDisposable {
  readonly signal: AbortSignal;
  readonly #files: FileSystem;
  #begun: { readonly path: string; readonly from: AsyncIterator<FileEntry>; readonly first: Next } | undefined;

  constructor(files: FileSystem, signal: AbortSignal) {
    this.#files = files;
    this.signal = signal;
  }

  begin(path: string): void {
    const from = this.#files.list(path, { signal: this.signal })[Symbol.asyncIterator]();
    const first = from.next();
    first.catch(() => {}); // what fails reaches the reader
    this.#begun = { path, from, first };
  }

  async *entries(path: string): AsyncGenerator<FileEntry> {
    if (this.#begun?.path !== path) {
      await this[Symbol.asyncDispose]();
      this.begin(path);
    }
    if (this.#begun === undefined) return;
    const { from, first } = this.#begun;
    for (let next = await first; next.done !== true; next = await from.next()) yield next.value;
  }

  /** Ends what was begun, also where nobody has read it; idempotent. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#begun?.from.return?.();
  }
}

type Next = Promise<IteratorResult<FileEntry>>;

/** STAT with a path: the lines of LIST without a data connection (RFC 959 section 4.1.3). */
export async function listOverControl(session: Session, argument: string, signal: AbortSignal): Promise<Reply> {
  const directory = new Directories(filesOf(session), signal);
  try {
    const { entries } = await makeListing(session, parseListRequest(argument), directory);
    const now = session.context.environment.now();
    const lines: string[] = [];
    let bytes = 0;
    for await (const entry of entries) {
      const line = listLine(entry, now);
      lines.push(line);
      bytes += line.length + 3;
      if (bytes > limits.replyBytesMax - 200)
        return makeReply(451, "The listing is too long for a reply; use LIST or MLSD.");
    }
    return blockReply(213, "Status follows:", lines, "End of status");
  } finally {
    session.track(directory[Symbol.asyncDispose]());
  }
}

/** By name a directory of many entries is sorted in its beginning only: a client at its time-out needs lines more than order. */
async function sorted(
  listed: AsyncIterable<FileEntry>,
  request: ListRequest,
  pattern: string | undefined,
): Promise<AsyncIterable<FileEntry> | FileEntry[]> {
  const shown = filtered(listed, request, pattern);
  const begun: FileEntry[] = [];
  const streams = request.order === "name" && !request.reverse;
  for (let next = await shown.next(); next.done !== true; next = await shown.next()) {
    begun.push(next.value);
    if (streams && begun.length >= limits.listingSortedEntries) return chained(begun.sort(byName), shown);
    if (begun.length > limits.listingEntriesMax) throw tooManyToSort();
  }
  return begun.sort(orders[request.order](request.reverse ? -1 : 1));
}

async function* filtered(
  listed: AsyncIterable<FileEntry>,
  request: ListRequest,
  pattern: string | undefined,
): AsyncGenerator<FileEntry> {
  for await (const entry of listed) if (isShown(entry.name, request, pattern)) yield entry;
}

async function* chained(first: readonly FileEntry[], rest: AsyncIterable<FileEntry>): AsyncGenerator<FileEntry> {
  yield* first;
  yield* rest;
}

function tooManyToSort(): SallyportError {
  return new SallyportError(
    "FS_FAILED",
    `more than ${limits.listingEntriesMax} entries are too many to sort; use MLSD`,
  );
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
