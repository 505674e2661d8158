// How deep in a tree a directory is, and whether the tree has an end at all.
import { SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import type { ListedEntry } from "../protocol/listing/listed-entry.ts";
import { printable } from "../protocol/printable.ts";

export interface TreeLevel {
  readonly depth: number;
  /** The listing of the directory above, and how many in a row had the same. */
  readonly above: string | undefined;
  readonly repeated: number;
}

export const topLevel: TreeLevel = { depth: 0, above: undefined, repeated: 0 };

/** Before a directory is listed. Throws `LIMIT_LISTING`. */
export function demandDepth({ depth }: TreeLevel): void {
  if (depth < limits.clientTreeDepthMax) return;
  throw new SallyportError("LIMIT_LISTING", `directories are nested more than ${limits.clientTreeDepthMax} deep`, {
    cure: "There may be a loop at the server; transfer a part of the tree.",
  });
}

/**
 * The level of what is in a directory with that listing. Throws `LIMIT_LISTING` when it repeats the one above: the server
 * ignores the path, or a link leads back. Directories alone may honestly repeat once (`x/x`), as long as nothing tells them apart.
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
  const isSure = again > 1 || entries.some(({ type }) => type !== "directory");
  if (again === 0 || !isSure) return { depth: depth + 1, above: listing, repeated: again };
  throw new SallyportError(
    "LIMIT_LISTING",
    `the listing of "${printable(path, 200)}" repeats that of the directory above it: the recursion would never end`,
    { cure: "The server ignores the path, or has a loop there; name the directory that you want in the URL." },
  );
}
