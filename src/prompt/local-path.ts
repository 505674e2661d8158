// Names of this machine, seen from the prompt's own directory.
import { stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, resolve } from "node:path";
import { pathOf } from "../transfer/local-tree.ts";

/** Where the prompt is on this machine. */
export interface LocalPlace {
  readonly localDirectory: string;
}

/** As the user wrote it; a `~` in front is the home directory. */
export function localPath({ localDirectory }: LocalPlace, name: string): string {
  return resolve(localDirectory, name.replace(/^~(?=\/|$)/, homedir()));
}

/** Where `get` writes: the name that the user gave, or the server's, in the directory that the user gave or is in. */
export async function downloadTarget(settings: LocalPlace, remote: string, given: string | undefined): Promise<string> {
  if (given === undefined) return pathOf(settings.localDirectory, remoteName(remote));
  const path = localPath(settings, given);
  return given.endsWith("/") || (await isDirectory(path)) ? pathOf(path, remoteName(remote)) : path;
}

/** The last name of a path at the server. */
export function remoteName(path: string): string {
  return path.replace(/\/+$/, "").replace(/^.*\//s, "");
}

export const localName: (path: string) => string = basename;

export async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
