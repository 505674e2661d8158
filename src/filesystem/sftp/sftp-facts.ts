// What SFTP tells of a file, in our words.

import type { FileFacts, FileType } from "../../protocol/listing/file-facts.ts";
import { ownEntry } from "../../protocol/own-entry.ts";
import { type Attributes, typeOf } from "../../ssh/sftp/wire/attributes.ts";

/** The first letter of `ls -l`, for servers that send the permission bits without the type. */
const letters: Readonly<Record<string, FileType>> = { "-": "file", d: "directory", l: "link" };

/** `line`: the one of a listing, where there is one. Every attribute may be missing (draft-ietf-secsh-filexfer-02, section 5). */
export function factsOf({ size, owner, permissions, times }: Attributes, line = ""): FileFacts {
  const type = typeOf(permissions ?? 0) ?? ownEntry(letters, line[0] ?? "");
  const untold = [
    type === undefined ? ["type" as const] : [],
    size === undefined ? ["size" as const] : [],
    times === undefined ? ["modifiedMs" as const] : [],
    permissions === undefined ? ["mode" as const] : [],
  ].flat();
  return {
    type: type ?? "other",
    size: size ?? 0,
    modifiedMs: (times?.modified ?? 0) * 1000,
    mode: (permissions ?? 0) & 0o7777,
    ...(untold.length === 0 ? {} : { untold }),
    ...(owner === undefined ? {} : { owner: String(owner.user), group: String(owner.group) }),
  };
}
