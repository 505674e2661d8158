// The known_hosts files on disk: read all, append to the user's first one.
import { randomBytes } from "node:crypto";
import { appendFile, mkdir, open, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { hashName, type KnownHost, keyType, parseKnownHosts } from "./known-hosts-file.ts";

/** A file that does not exist, or that may not be read, knows nobody; `onUnreadable` is told of the latter. */
export async function readKnownHosts(
  files: readonly string[],
  onUnreadable: (file: string, why: string) => void,
): Promise<KnownHost[]> {
  const entries: KnownHost[] = [];
  for (const file of files) {
    try {
      entries.push(...parseKnownHosts(await readFile(file, "utf8"), file));
    } catch (error) {
      const { code = String(error) } = error as NodeJS.ErrnoException;
      if (code !== "ENOENT" && code !== "ENOTDIR") onUnreadable(file, code);
    }
  }
  return entries;
}

/** Appends an entry, hashed if HashKnownHosts says so. A new file gets mode 0600, a new directory 0700, as from ssh. */
export async function recordHostKey(file: string, name: string, key: Buffer, hashed: boolean): Promise<void> {
  // One level, as ssh does. Any failure shows again, and better, when the file is opened.
  await mkdir(dirname(file), { mode: 0o700 }).catch(() => {});
  const shown = hashed ? hashName(name, randomBytes(20)) : name;
  const line = `${shown} ${keyType(key)} ${key.toString("base64")}\n`;
  await appendFile(file, `${(await endsInMidLine(file)) ? "\n" : ""}${line}`, { mode: 0o600 });
}

async function endsInMidLine(file: string): Promise<boolean> {
  const handle = await open(file, "r").catch(() => undefined);
  if (handle === undefined) return false;
  try {
    const { size } = await handle.stat();
    if (size === 0) return false;
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
    return buffer[0] !== 0x0a;
  } finally {
    await handle.close();
  }
}
