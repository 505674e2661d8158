// Names of this machine, seen from the prompt's own directory.
import { stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, resolve } from "node:path";
import { localPathFor } from "../../client/local-file.ts";
import type { Settings } from "./shell.ts";

/** As the user wrote it; a `~` in front is the home directory. */
export function localPath({ localDirectory }: Pick<Settings, "localDirectory">, name: string): string {
  return resolve(localDirectory, name.replace(/^~(?=\/|$)/, homedir()));
}

/** Where `get` writes: the name that the user gave, or the server's, in the directory that the user gave or is in. */
export async function downloadTarget(settings: Settings, remote: string, given: string | undefined): Promise<string> {
  if (given === undefined) return localPathFor(settings.localDirectory, remoteName(remote));
  const path = localPath(settings, given);
  return given.endsWith("/") || (await isDirectory(path)) ? localPathFor(path, remoteName(remote)) : path;
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
