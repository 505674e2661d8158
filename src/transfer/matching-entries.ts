// What a URL with a pattern in its last name means at a server.
import { SallyportError } from "../protocol/error.ts";
import type { ListedEntry, UnreadLine } from "../protocol/listing/listed-entry.ts";
import { printable } from "../protocol/printable.ts";
import type { FtpUrl } from "../protocol/url/ftp-url.ts";
import { urlFileName, urlMatches, urlParentPath } from "../protocol/url/url-path.ts";
import type { ServerSession } from "./server-session.ts";
import { joinPath } from "./tree.ts";

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
