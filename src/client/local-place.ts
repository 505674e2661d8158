// Whether a file could be written here at all.
import { access, constants, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { fsError, translateFsError } from "../filesystem/fs-error.ts";
import { SallyportError } from "../protocol/error.ts";
import { printable } from "../protocol/printable.ts";

/** Before the server is asked for a file that could not be written. Throws `FS_*`. */
export async function demandPlace(path: string): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    if ((error as { code?: unknown }).code === "ENOENT") return undefined;
    throw translateFsError(error, path);
  });
  if (found?.isDirectory()) throw fsError("FS_IS_DIRECTORY", path);
  const place = found === undefined ? dirname(path) : path;
  try {
    await access(place, constants.W_OK);
  } catch (cause) {
    if (found !== undefined || (cause as { code?: unknown }).code !== "ENOENT") throw translateFsError(cause, place);
    throw new SallyportError("FS_NOT_FOUND", `there is no directory "${printable(place, 200)}" here`, {
      cause,
      hint: "Make it first, or name another one.",
    });
  }
}
