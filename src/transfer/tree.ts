// A directory of a server: what is to be done with each file of it.
import { SallyportError } from "../protocol/error.ts";
import type { ListedEntry, UnreadLine } from "../protocol/listing/listed-entry.ts";
import { printable } from "../protocol/printable.ts";
import type { ServerSession } from "./server-session.ts";
import { demandDepth, nextLevel, type TreeLevel } from "./tree-level.ts";

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
  demandDepth(level);
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
