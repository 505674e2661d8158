// A directory of a server: what is to be done with each file of it.
import type { FtpClient } from "../client/ftp-client.ts";
import { SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import type { ListedEntry, UnreadLine } from "../protocol/listing/listed-entry.ts";
import { printable } from "../protocol/printable.ts";
import { isFtp, type ServerSession } from "./server-session.ts";

export interface TreeFindings {
  readonly files: readonly ListedEntry[];
  readonly directories: readonly ListedEntry[];
  /** Names and why. */
  readonly leftOut: readonly (readonly [string, string])[];
  /** What makes the tree incomplete. */
  readonly faults: readonly SallyportError[];
  /** Of the directories in it. */
  readonly below: TreeLevel;
}

/** `directory` and `name` as one path; `""` is the login directory. */
export function joinPath(directory: string, name: string): string {
  return directory === "" || directory.endsWith("/") ? directory + name : `${directory}/${name}`;
}

/** Lists one directory. Throws what `list` throws, and `LIMIT_LISTING` for a tree without end. */
export async function readTree(
  client: ServerSession,
  path: string,
  level: TreeLevel,
  signal: AbortSignal,
): Promise<TreeFindings> {
  assertDepth(level);
  const { entries, unread } = await client.list(path === "" ? undefined : path, { signal });
  const below = await nextLevel(client, level, path, entries, signal);
  const seen = new Set<string>();
  const faults: SallyportError[] = [];
  for (const { name } of entries) {
    if (seen.has(name))
      faults.push(new SallyportError("FS_NAME_INVALID", `the server lists "${printable(name, 120)}" twice`));
    seen.add(name);
  }
  faults.push(...unread.map(faultOf));
  const once = [...new Map([...entries].reverse().map((entry) => [entry.name, entry])).values()].reverse();
  return {
    files: once.filter(({ type }) => type === "file" || type === undefined),
    directories: once.filter(({ type }) => type === "directory"),
    leftOut: once.flatMap(({ name, type, target }): (readonly [string, string])[] =>
      type === "link"
        ? [[name, `a symbolic link${target === undefined ? "" : ` to ${target}`}`]]
        : type === "other"
          ? [[name, "neither file nor directory"]]
          : [],
    ),
    faults,
    below,
  };
}

/** Why a line of a listing makes it incomplete. */
export function faultOf({ text, reason }: UnreadLine): SallyportError {
  if (reason === "path") {
    return new SallyportError("FS_OUTSIDE", `the server lists a name that is a path: ${printable(text, 200)}`, {
      hint: "Download the file by its own URL if you trust the server.",
    });
  }
  return new SallyportError("FTP_PROTOCOL_REMOTE", `a line of the listing cannot be read: ${printable(text, 200)}`, {
    hint: "Something may be missing here: compare with the server's own listing (sallyport ftp, dir).",
  });
}

export interface TreeLevel {
  readonly depth: number;
  /** The listing of the directory above, and how many in a row had the same. */
  readonly above: string | undefined;
  readonly repeated: number;
}

export const topLevel: TreeLevel = { depth: 0, above: undefined, repeated: 0 };

/** Before a directory is listed. Throws `LIMIT_LISTING`. */
export function assertDepth({ depth }: TreeLevel): void {
  if (depth < limits.clientTreeDepthMax) return;
  throw new SallyportError("LIMIT_LISTING", `directories are nested more than ${limits.clientTreeDepthMax} deep`, {
    hint: "There may be a loop at the server; transfer a part of the tree.",
  });
}

/**
 * How often in a row a listing may honestly be that of the directory above: `x/x` with the same file in both. With several
 * directories in it the tree would grow by all of them at each level, and files of the same times in all tell enough.
 */
function repeatsMax(entries: readonly ListedEntry[]): number {
  const directories = entries.filter(({ type }) => type === "directory").length;
  if (directories === 1) return 4;
  return directories === entries.length ? 1 : 0;
}

/**
 * The level of what is in a directory with that listing. Throws `LIMIT_LISTING` when it repeats those above: the server
 * ignores the path, or a link leads back.
 */
export function levelBelow(
  { depth, above, repeated }: TreeLevel,
  path: string,
  entries: readonly ListedEntry[],
): TreeLevel {
  const listing = JSON.stringify(
    entries.map(({ name, type, size, modified, id }) => [name, type, size, modified?.ms, id]).sort(),
  );
  const again = entries.length > 0 && listing === above ? repeated + 1 : 0;
  if (again <= repeatsMax(entries)) return { depth: depth + 1, above: listing, repeated: again };
  throw endless(path);
}

/**
 * The same, with the server asked where it has us when a listing repeats itself for the first time: one that says 250 to CWD and
 * stays where it is lists the same for ever.
 */
export async function nextLevel(
  session: ServerSession,
  level: TreeLevel,
  path: string,
  entries: readonly ListedEntry[],
  signal: AbortSignal,
): Promise<TreeLevel> {
  const below = levelBelow(level, path, entries);
  if (below.repeated !== 1 || !isFtp(session)) return below;
  const above = path.replace(/\/*[^/]+\/*$/, "");
  const home = await session.pwd({ signal });
  const [here, there] = [await placeOf(session, above, home, signal), await placeOf(session, path, home, signal)];
  if (here === there) throw endless(path);
  return below;
}

async function placeOf(session: FtpClient, path: string, home: string, signal: AbortSignal): Promise<string> {
  if (path !== "") await session.cd(path, { signal });
  const place = await session.pwd({ signal });
  if (path !== "") await session.cd(home, { signal });
  return place;
}

function endless(path: string): SallyportError {
  const message = `the listing of "${printable(path, 200)}" repeats that of the directory above it: the recursion would never end`;
  return new SallyportError("LIMIT_LISTING", message, {
    hint: "The server ignores the path, or has a loop there; name the directory that you want in the URL.",
  });
}
