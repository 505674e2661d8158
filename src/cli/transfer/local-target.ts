// What a word of the command line means on this machine.
import { statSync } from "node:fs";

/** A directory, or a link to one; what ends in a slash is meant to be one. */
export function isLocalDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return /[/\\]$/.test(path);
  }
}
