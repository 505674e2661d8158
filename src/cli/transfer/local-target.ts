// What a word of the command line means on this machine.
import { stat } from "node:fs/promises";

/** A directory, or a link to one; what ends in a slash is meant to be one. */
export async function isLocalDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return /[/\\]$/.test(path);
  }
}
