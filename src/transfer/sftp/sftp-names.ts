// Names as people write them, and as the bytes that SFTP carries.

import { decodeName, encodeName } from "../../protocol/client/name-bytes.ts";
import { nameOf, resolvePath } from "../../protocol/file-path.ts";
import type { FileFacts } from "../../protocol/listing/file-facts.ts";
import type { ListedEntry, ListedTime } from "../../protocol/listing/listed-entry.ts";

/**
 * The absolute path in bytes of a path of a URL; what is relative begins in `home`, which is bytes already. `.` and `..` go by
 * the letters, as RFC 3986 section 5.2.4 has it for URLs. Throws `FS_NAME_INVALID`.
 */
export function sftpPath(home: string, path: string): string {
  return resolvePath(home, encodeName(path, "utf8"));
}

/** What the server has not told is not told. */
export function listedEntry(bytes: string, facts: FileFacts): ListedEntry {
  const { type, size, modifiedMs, mode, owner, group, untold = [] } = facts;
  const time: ListedTime = { ms: modifiedMs, precision: "second", zone: "utc" };
  return {
    name: decodeName(nameOf(bytes), "utf8"),
    type: untold.includes("type") ? undefined : type,
    size: untold.includes("size") ? undefined : size,
    modified: untold.includes("modifiedMs") ? undefined : time,
    mode: untold.includes("mode") ? undefined : mode,
    owner,
    group,
  };
}
