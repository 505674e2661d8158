// Reads ~/.netrc, if nobody else can.
import { type FileHandle, open } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import { type NetrcEntry, parseNetrc } from "../protocol/netrc.ts";

/** NETRC names another file, as for inetutils' ftp. */
export function netrcPath(env: NodeJS.ProcessEnv): string {
  return env["NETRC"] || join(env["HOME"] || homedir(), ".netrc");
}

/**
 * The entries; none when there is no such file.
 * @throws SallyportError `CONFIG_INVALID` when others may read or write it, when it is another user's, or no file.
 */
export async function readNetrc(path: string): Promise<NetrcEntry[]> {
  let file: FileHandle;
  try {
    file = await open(path, "r");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw new SallyportError("CONFIG_INVALID", `${path} cannot be read`, { cause });
  }
  try {
    // The open file is looked at, not its name, which may be another file's by now.
    await checkPrivacy(file, path);
    return parseNetrc(await readBounded(file), path);
  } finally {
    await file.close();
  }
}

async function checkPrivacy(file: FileHandle, path: string): Promise<void> {
  const stats = await file.stat();
  if (!stats.isFile()) throw new SallyportError("CONFIG_INVALID", `${path} is no file`);
  // Windows has no such bits, and Node shows made-up ones there.
  const uid = process.getuid?.();
  if (uid === undefined) return;
  if (stats.uid !== uid) throw refused(path, "it is another user's", "Make a file that you own.");
  if ((stats.mode & 0o077) !== 0) throw refused(path, "others may read or write it", `chmod 600 ${path}`);
}

function refused(path: string, why: string, hint: string): SallyportError {
  return new SallyportError("CONFIG_INVALID", `${path} is not used: ${why}, and there are passwords in it`, { hint });
}

/** One byte more than allowed, so that the parser sees it is too long. */
async function readBounded(file: FileHandle): Promise<string> {
  const buffer = Buffer.alloc(limits.netrcBytesMax + 1);
  let length = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, null);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  if (length > limits.netrcBytesMax) return " ".repeat(length);
  return buffer.toString("utf8", 0, length).replace(/^\ufeff/, "");
}
