// --tls-ca: the roots to trust in place of the system's.
import { readFile } from "node:fs/promises";
import { SallyportError } from "../../protocol/error.ts";

/** PEM. Throws `CONFIG_INVALID`. */
export async function readRoots(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new SallyportError("CONFIG_INVALID", `the file of --tls-ca cannot be read: ${file}`, { cause });
  }
}
