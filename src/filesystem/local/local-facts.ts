// lstat(2) in our words.
import type { Stats } from "node:fs";
import { readlink } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";
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

/** What a client may be told of where a link leads; `undefined`: nothing. Latin1, both. */
export type TellTarget = (target: string) => string | undefined;

/** With the target of a link. `real` is where the link itself is. */
export async function factsWithTarget(stats: Stats, real: Buffer, tell: TellTarget): Promise<FileFacts> {
  const facts = factsOf(stats);
  if (facts.type !== "link") return facts;
  const read = await readlink(real, { encoding: "buffer" }).catch(() => undefined);
  const target = read === undefined ? undefined : tell(read.toString("latin1"));
  return target === undefined ? facts : { ...facts, target };
}

/**
 * Where a link in `directory` leads, as the client knows it, when that is below the root; else it would show what there is on
 * this machine. Both are real paths.
 */
export function targetsBelow(root: Buffer, directory: Buffer): TellTarget {
  const [top, from] = [root, directory].map((path) => path.toString("latin1")) as [string, string];
  return (target) => {
    const relation = relative(top, resolve(from, target));
    if (relation === ".." || relation.startsWith(`..${sep}`) || isAbsolute(relation)) return undefined;
    return isAbsolute(target) ? `/${relation.replaceAll(sep, "/")}` : target;
  };
}
