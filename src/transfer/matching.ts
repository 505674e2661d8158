// What patterns mean at a server: in any part of a path, or in the last name of a URL.

import { isRefusal } from "../client/compare-tail.ts";
import type { CallOptions } from "../client/ftp-client.ts";
import { isSallyportError, SallyportError } from "../protocol/error.ts";
import type { ListedEntry, UnreadLine } from "../protocol/listing/listed-entry.ts";
import { printable } from "../protocol/printable.ts";
import type { FtpUrl } from "../protocol/url/ftp-url.ts";
import { urlFileName, urlMatches, urlParentPath } from "../protocol/url/url-path.ts";
import { expandGlob } from "./glob.ts";
import type { ServerSession } from "./server-session.ts";
import { joinPath } from "./tree.ts";

/**
 * The paths at a server that a pattern means: `*`, `?`, `[a-z]` and `{a,b}` as in a shell, in any part of the path; a backslash takes the
 * meaning from the character behind it. In alphabetical order for each alternative of the braces, and empty when nothing matches; a pattern without
 * `*`, `?` and `[` means itself, whether it is there or not. A name that begins with a dot is only meant by a pattern that does.
 *
 * @throws SallyportError `USAGE_INVALID` for braces with too many alternatives; what `list` throws, unless it is about a directory that is missing
 * or may not be read; the signal's reason.
 * @example
 * for (const path of await matchingPaths(session, "reports/2026-??/*.txt")) console.log(path);
 */
export async function matchingPaths(
  session: ServerSession,
  pattern: string,
  { signal = new AbortController().signal }: CallOptions = {},
): Promise<readonly string[]> {
  const paths = await expandGlob(pattern, {
    list: async (directory) => {
      try {
        const { entries } = await session.list(directory === "" ? undefined : directory, { signal });
        // LIST of a file is the file itself.
        const [only, ...more] = entries.map(({ name }) => name);
        const mayBeFile = only !== undefined && more.length === 0 && directory.split("/").at(-1) === only;
        if (mayBeFile && (await session.stat(directory, { signal })).type !== "directory") return [];
        return entries.map(({ name }) => name);
      } catch (error) {
        if (isRefusal(error) && isSallyportError(error)) return [];
        throw error;
      }
    },
  });
  return paths;
}

/** What a URL with a pattern in its last name means. */
export interface Matches {
  /** By name; a URL that ends in `/` means directories alone. */
  readonly entries: readonly (ListedEntry & { readonly path: string })[];
  /** Lines of the listing that could not be read: something may be missing. */
  readonly unread: readonly UnreadLine[];
}

/** Throws `FS_NOT_FOUND` when nothing matches, and what `list` throws. */
export async function matchingEntries(session: ServerSession, url: FtpUrl, signal: AbortSignal): Promise<Matches> {
  const directory = urlParentPath(url);
  const { entries, unread } = await session.list(directory === "" ? undefined : directory, { signal });
  const found = entries
    .filter(({ name, type }) => urlMatches(url, name) && (!url.directory || type === "directory"))
    .map((entry) => ({ ...entry, path: joinPath(directory, entry.name) }));
  if (found.length > 0) return { entries: byName(found), unread };
  throw new SallyportError("FS_NOT_FOUND", `nothing matches "${printable(urlFileName(url), 200)}"`, {
    hint: "In a URL *, ? and [ make a pattern; as letters of a name they are written %2A, %3F and %5B.",
  });
}

export function byName<T extends { readonly name: string }>(entries: readonly T[]): T[] {
  return [...entries].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
