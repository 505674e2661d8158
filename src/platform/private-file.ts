// Files that decide who may log in, what is run, or as whom this machine passes: nobody else may have had a hand in them.
// The rule is OpenSSH's: owned by the user or by root, and writable by the owner alone.
import type { Stats } from "node:fs";
import { type ErrorCode, SallyportError } from "../protocol/error.ts";

const writableByOthers = 0o022;
const readableByOthers = 0o044;

/** Windows has no such bits; there the directories of a user are closed to others. */
const hasModes = process.platform !== "win32";

/** Throws `CONFIG_INVALID`, or `code`, when others could have written it; root could anyway. */
export function assertOwn(stats: Stats, path: string, code: ErrorCode = "CONFIG_INVALID"): void {
  if (!hasModes) return;
  const uid = process.geteuid?.();
  if (stats.uid !== uid && stats.uid !== 0) {
    throw new SallyportError(code, `${path} belongs to another user`, { cure: "Use a file of your own." });
  }
  if ((stats.mode & writableByOthers) !== 0) {
    throw new SallyportError(code, `${path} can be written by others`, { cure: `chmod go-w ${path}` });
  }
}

/** Throws `CONFIG_INVALID` when others can read or write it. */
export function assertSecret(stats: Stats, path: string): void {
  if (hasModes && (stats.mode & readableByOthers) !== 0) {
    throw new SallyportError("CONFIG_INVALID", `${path} can be read by others`, {
      cure: `Take a new one if others may have read it, else: chmod 600 ${path}`,
    });
  }
  assertOwn(stats, path);
}
