// What an FTP server lists, as a FileSystem tells it.
import type { FileEntry, FileFacts } from "../protocol/listing/file-facts.ts";
import type { ListedEntry } from "../protocol/listing/listed-entry.ts";

/** What is not reported is `unreported`; modes that clients need all the same are the usual ones. */
export function factsOfListed(entry: ListedEntry): FileFacts {
  const { type, size, modified, mode, links, owner, group, id, target } = entry;
  const unreported = [
    type === undefined ? ["type" as const] : [],
    size === undefined && type !== "directory" ? ["size" as const] : [],
    modified === undefined ? ["modifiedMs" as const] : [],
    mode === undefined ? ["mode" as const] : [],
  ].flat();
  return {
    type: type ?? "file",
    size: size ?? 0,
    modifiedMs: modified?.ms ?? 0,
    mode: mode ?? (type === "directory" ? 0o755 : 0o644),
    ...(unreported.length === 0 ? {} : { unreported }),
    ...(links === undefined ? {} : { links }),
    ...(owner === undefined ? {} : { owner }),
    ...(group === undefined ? {} : { group }),
    ...(id === undefined ? {} : { id }),
    ...(target === undefined ? {} : { target }),
  };
}

export const entryOfListed = (entry: ListedEntry): FileEntry => ({ name: entry.name, facts: factsOfListed(entry) });
