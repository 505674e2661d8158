// Files that decide who may log in, or as whom this server passes: nobody else may have had a hand in them.
import type { Stats } from "node:fs";
import { SallyportError } from "../../protocol/error.ts";

const writableByOthers = 0o022;
const readableByOthers = 0o044;

/** Windows has no such bits; there the directories of a user are closed to others. */
const hasModes = process.platform !== "win32";

/** Throws `CONFIG_INVALID` when others could have written it; root could anyway. */
export function mustBeOurs(stats: Stats, path: string): void {
  if (!hasModes) return;
  const uid = process.geteuid?.();
  if (stats.uid !== uid && stats.uid !== 0) throw refused(path, "belongs to another user", "Use a file of your own.");
  if ((stats.mode & writableByOthers) !== 0) throw refused(path, "can be written by others", `chmod go-w ${path}`);
}

/** Throws `CONFIG_INVALID` when others can read or write it. */
export function mustBeSecret(stats: Stats, path: string): void {
  if (hasModes && (stats.mode & readableByOthers) !== 0) {
    throw refused(path, "can be read by others", `Take a new one if others may have read it, else: chmod 600 ${path}`);
  }
  mustBeOurs(stats, path);
}

function refused(path: string, why: string, cure: string): SallyportError {
  return new SallyportError("CONFIG_INVALID", `${path} ${why}`, { cure });
}
