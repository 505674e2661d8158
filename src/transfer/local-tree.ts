// Where names that came from a server may lead on this machine.
import { lstatSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { translateFsError } from "../filesystem/fs-error.ts";
import { SallyportError } from "../protocol/error.ts";
import { printable } from "../protocol/printable.ts";
import { localPathFor } from "./local-file.ts";

/** `name` in `directory`. Throws `FS_OUTSIDE`, and `FS_NAME_INVALID` for bytes that Node could not write as they are. */
export function pathOf(directory: string, name: string): string {
  if (!/\p{Cs}/u.test(name)) return localPathFor(directory, name);
  throw new SallyportError("FS_NAME_INVALID", `the name "${printable(name, 120)}" is not UTF-8`, {
    hint: "Add --encoding latin1 when the server writes names in that; or get it by itself under another name, in its URL the bytes are written %XX.",
  });
}

/**
 * Makes a directory of a tree, or finds it there. A symbolic link in its place would lead out of the tree.
 * @throws SallyportError `FS_OUTSIDE`, `FS_NOT_DIRECTORY`, `FS_*`.
 */
export async function makeDirectory(path: string, place: "top" | "below"): Promise<void> {
  try {
    // What the user names himself may need the directories above it.
    if (place === "top" && kindOf(path) === "missing") await mkdir(path, { recursive: true });
    else await mkdir(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw translateFsError(error, path);
    await assertDirectory(path, place);
  }
}

async function assertDirectory(path: string, place: "top" | "below"): Promise<void> {
  const kind = kindOf(path);
  // What the user names himself may be a link.
  if (kind === "directory" || (kind === "link" && place === "top")) return;
  if (kind === "link") {
    throw new SallyportError("FS_OUTSIDE", `${path} is a symbolic link here, and would lead out of the directory`, {
      hint: "Remove the link, or name the directory that it leads to by itself.",
    });
  }
  throw new SallyportError("FS_NOT_DIRECTORY", `${path} is not a directory`, { hint: "Give another name." });
}

export type LocalKind = "file" | "directory" | "link" | "other" | "missing";

/**
 * Links are not followed. At once: there are two looks for each file, and through another thread each costs as much as what
 * FTP has to say about it.
 */
export function kindOf(path: string): LocalKind {
  try {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined) return "missing";
    if (found.isSymbolicLink()) return "link";
    return found.isDirectory() ? "directory" : found.isFile() ? "file" : "other";
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return "missing";
    throw translateFsError(error, path);
  }
}
