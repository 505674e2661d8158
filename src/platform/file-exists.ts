// Whether there is anything of that name.
import { isSallyportError } from "../protocol/error.ts";
import type { FileOptions, FileSystem } from "./file-system.ts";

/** Throws whatever but `FS_NOT_FOUND` keeps us from knowing. */
export async function exists(files: FileSystem, path: string, options: FileOptions): Promise<boolean> {
  try {
    await files.stat(path, options);
    return true;
  } catch (error) {
    if (isSallyportError(error) && error.code === "FS_NOT_FOUND") return false;
    throw error;
  }
}
