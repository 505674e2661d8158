// A file that the user has named for what a command makes: it appears whole or not at all.
import { stat } from "node:fs/promises";
import { SallyportError } from "../protocol/error.ts";
import { translateFsError } from "./fs-error.ts";
import { writeWholeFile } from "./whole-file.ts";

/** Before the work begins. Throws `FS_IS_DIRECTORY`. */
export async function assertNotDirectory(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (found?.isDirectory() === true) {
    throw new SallyportError("FS_IS_DIRECTORY", `${file} is a directory`, { hint: "Name a file in it." });
  }
}

/** Throws `FS_*`. */
export async function writeOutputFile(
  file: string,
  text: string,
  options: { readonly mode?: number } = {},
): Promise<void> {
  await writeWholeFile(file, text, options).catch((error: unknown) => {
    throw translateFsError(error, file);
  });
}
