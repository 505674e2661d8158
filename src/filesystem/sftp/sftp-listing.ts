// The entries of a directory at the server.
import { raceAbort } from "../../platform/abort.ts";
import { SallyportError } from "../../protocol/error.ts";
import type { FileEntry, FileFacts, FileType } from "../../protocol/listing/file-facts.ts";
import { ListingSize } from "../../protocol/listing/listing-size.ts";
import { ownEntry } from "../../protocol/own-entry.ts";
import { printable } from "../../protocol/printable.ts";
import { type Attributes, typeOf } from "../../ssh/sftp/wire/attributes.ts";
import { statusCodes } from "../../ssh/sftp/wire/message-types.ts";
import { requests } from "../../ssh/sftp/wire/requests.ts";
import type { SftpCalls } from "./sftp-calls.ts";

/** Batches that are asked for ahead: a directory of many batches takes no round trip for each. */
const ahead = 4;

/**
 * Ends with `FS_OUTSIDE` when the server named a file by what is no name (`../x`, `a/b`): the others have been given before.
 * Throws `LIMIT_LISTING`.
 */
export async function* listDirectory(session: SftpCalls, path: string, signal: AbortSignal): AsyncGenerator<FileEntry> {
  const handle = await session.openDirectory(path, signal);
  let stray: string | undefined;
  const size = new ListingSize(`the listing of ${printable(path, 200)}`);
  const ask = () => session.client.ask(requests.readdir(handle.id)).reply;
  try {
    // One at first: most directories are one batch and the end.
    const asked = [ask(), ask()];
    for (let reply = asked.shift(); reply !== undefined; reply = asked.shift()) {
      const batch = await raceAbort(reply, signal);
      if (batch.type === "status" && batch.code === statusCodes.endOfFile) break;
      const { names } = await session.answer(Promise.resolve(batch), { path, doing: "list" }, signal);
      while (asked.length < ahead) asked.push(ask());
      for (const { name, line, attributes } of names) {
        size.add(1, name.length + line.length);
        if (name === "." || name === "..") continue;
        if (name === "" || /[/\0]/.test(name)) stray ??= name;
        else yield { name, facts: factsOf(attributes, line) };
      }
    }
  } finally {
    await handle[Symbol.asyncDispose]();
  }
  if (stray !== undefined) throw noName(stray);
}

function noName(name: string): SallyportError {
  return new SallyportError("FS_OUTSIDE", `the server lists a name that is a path: "${printable(name, 200)}"`, {
    hint: "Download the file by its own URL if you trust the server.",
  });
}

/** The first letter of `ls -l`, for servers that send the permission bits without the type. */
const letters: Readonly<Record<string, FileType>> = { "-": "file", d: "directory", l: "link" };

/** `line`: the one of a listing, where there is one. Every attribute may be missing (draft-ietf-secsh-filexfer-02, section 5). */
export function factsOf({ size, owner, permissions, times }: Attributes, line = ""): FileFacts {
  const type = typeOf(permissions ?? 0) ?? ownEntry(letters, line[0] ?? "");
  const unreported = [
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
    ...(unreported.length === 0 ? {} : { unreported }),
    ...(owner === undefined ? {} : { owner: String(owner.user), group: String(owner.group) }),
  };
}
