// Files that decide who may come in, as whom we pass, or what we run: nobody else may have had a hand in them. As OpenSSH has
// it for ssh_config, authorized_keys (StrictModes) and private keys.
import { constants, type Stats } from "node:fs";
import { open, realpath, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, resolve } from "node:path";
import { type ErrorCode, isSallyportError, SallyportError } from "../protocol/error.ts";

const writableByOthers = 0o022;
const openToOthers = 0o077;
/** In such a directory a file can be replaced by its owner alone, as in /tmp. */
const sticky = 0o1000;

/** Windows has no such bits; there the directories of a user are closed to others. */
const hasModes = process.platform !== "win32";

/** A pipe that somebody has put there would keep us waiting for who writes into it. */
const openFlags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

export interface PrivateFileRules {
  /** Others may not read it either. */
  readonly secret: boolean;
  readonly bytesMax: number;
}

/**
 * The file as it is now; `undefined` when it is not there. What is judged is the file that was opened, and every directory in
 * which it, or a link to it, could be replaced. Throws `CONFIG_INVALID` with what is wrong.
 */
export async function readPrivateFile(path: string, rules: PrivateFileRules): Promise<Buffer | undefined> {
  const { secret, bytesMax } = rules;
  try {
    const handle = await open(path, openFlags);
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) throw new SallyportError("CONFIG_INVALID", `${path} is not a regular file`);
      if (secret) assertSecret(stats, path);
      else assertOwn(stats, path);
      await assertDirectoriesOurs(path);
      if (stats.size > bytesMax) throw new SallyportError("CONFIG_INVALID", `${path} has more than ${bytesMax} bytes`);
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (cause) {
    if (isSallyportError(cause)) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    throw new SallyportError("CONFIG_INVALID", `${path} cannot be read: ${code ?? String(cause)}`, { cause });
  }
}

/** Throws `CONFIG_INVALID`, or `code`, when others could have written it; root could anyway. */
export function assertOwn(stats: Stats, path: string, code: ErrorCode = "CONFIG_INVALID"): void {
  if (!hasModes) return;
  if (stats.uid !== process.geteuid?.() && stats.uid !== 0) {
    throw refused(path, "belongs to another user", "Use a file that you own.", code);
  }
  if ((stats.mode & writableByOthers) === 0) return;
  throw refused(path, "can be written by others", `chmod go-w ${path}`, code);
}

/** Throws `CONFIG_INVALID` when others can read or write it. What root lets our group read, as /etc/ssl/private does, is ours. */
function assertSecret(stats: Stats, path: string): void {
  if (!hasModes) return;
  assertOwn(stats, path);
  const closed = stats.uid === process.geteuid?.() ? openToOthers : openToOthers & ~0o040;
  if ((stats.mode & closed) === 0) return;
  throw refused(path, "can be read by others", `Take a new one if others may have read it, else: chmod 600 ${path}`);
}

/**
 * The directory of the name, and those that lead to the file behind all links, up to the home directory or the root: as sshd's
 * StrictModes goes.
 */
async function assertDirectoriesOurs(path: string): Promise<void> {
  if (!hasModes) return;
  const named = dirname(resolve(path));
  assertDirectoryOurs(await stat(named), named);
  const home = await realpath(homedir()).catch(() => undefined);
  for (let at = dirname(await realpath(path)), below = ""; at !== below; below = at, at = dirname(at)) {
    assertDirectoryOurs(await stat(at), at);
    if (at === home) break;
  }
}

/** A directory on the way to such a file. Throws `CONFIG_INVALID` when others can put another file in its place. */
function assertDirectoryOurs(stats: Stats, path: string): void {
  if (stats.uid !== process.geteuid?.() && stats.uid !== 0) {
    throw refused(path, "belongs to another user, who could replace the files in it", "Use a directory that you own.");
  }
  if ((stats.mode & writableByOthers) === 0 || (stats.mode & sticky) !== 0) return;
  throw refused(path, "can be written by others", `chmod go-w ${path}`);
}

function refused(path: string, why: string, hint: string, code: ErrorCode = "CONFIG_INVALID"): SallyportError {
  return new SallyportError(code, `${path} ${why}`, { hint });
}
