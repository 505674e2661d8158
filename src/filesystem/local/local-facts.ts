// lstat(2) in our words.
import type { Stats } from "node:fs";
import { readlink } from "node:fs/promises";
import type { FileFacts, FileType } from "../../protocol/listing/file-facts.ts";

function typeOf(stats: Stats): FileType {
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "directory";
  return stats.isSymbolicLink() ? "link" : "other";
}

/** Owner and group are numbers: the names would need the system's user database. */
export function factsOf(stats: Stats): FileFacts {
  return {
    type: typeOf(stats),
    size: stats.size,
    modifiedMs: stats.mtimeMs,
    mode: stats.mode & 0o7777,
    links: stats.nlink,
    owner: String(stats.uid),
    group: String(stats.gid),
    id: `${stats.dev.toString(16)}g${stats.ino.toString(16)}`,
  };
}

/** With the target of a link. `real` is where the link itself is. */
export async function factsWithTarget(stats: Stats, real: Buffer): Promise<FileFacts> {
  const facts = factsOf(stats);
  if (facts.type !== "link") return facts;
  const target = await readlink(real, { encoding: "buffer" }).catch(() => undefined);
  return target === undefined ? facts : { ...facts, target: target.toString("latin1") };
}
