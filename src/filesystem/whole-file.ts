// A file that appears whole under its name or not at all.
import { randomUUID } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";

/** Written beside it, under a name that nobody can have put a link at, and renamed. Throws what the system throws; nothing is left then. */
export async function writeWholeFile(
  path: string,
  text: string,
  options: { readonly mode?: number } = {},
): Promise<void> {
  const temporary = `${path}.${randomUUID()}.new`;
  try {
    await writeFile(temporary, text, { ...options, flag: "wx", flush: true });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
