// What SFTP tells of a file, in our words.

import type { FileFacts, FileType } from "../../protocol/listing/file-facts.ts";
import { ownEntry } from "../../protocol/own-entry.ts";
import { type Attributes, typeOf } from "../../ssh/sftp/wire/attributes.ts";

/** The first letter of `ls -l`, for servers that send the permission bits without the type. */
const letters: Readonly<Record<string, FileType>> = { "-": "file", d: "directory", l: "link" };

/** `line`: the one of a listing, where there is one. */
export function factsOf({ size, owner, permissions = 0, times }: Attributes, line = ""): FileFacts {
  return {
    type: typeOf(permissions) ?? ownEntry(letters, line[0] ?? "") ?? "other",
    size: size ?? 0,
    modifiedMs: (times?.modified ?? 0) * 1000,
    mode: permissions & 0o7777,
    ...(owner === undefined ? {} : { owner: String(owner.user), group: String(owner.group) }),
  };
}
