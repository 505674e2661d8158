// lstat(2) in our words.

import type { Dirent, Stats } from "node:fs";
import { lstat, opendir, readlink, realpath } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { limits } from "../../protocol/limits.ts";
import type { FileEntry, FileFacts, FileType } from "../../protocol/listing/file-facts.ts";
import type { SystemPath } from "./root.ts";

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

/** `real` is a place that has been judged. */
export async function* listDirectory(real: SystemPath, root: Buffer, signal: AbortSignal): AsyncGenerator<FileEntry> {
  const place = typeof real === "string" ? Buffer.from(real) : real;
  const tell = targetsBelow(root, await realpath(place, { encoding: "buffer" }));
  const directory = await opendir(place, { encoding: "buffer" as BufferEncoding, bufferSize: 256 });
  try {
    for (let names: Buffer[] = [Buffer.alloc(0)]; names.length > 0; ) {
      signal.throwIfAborted();
      names = await nextNames(() => directory.read() as Promise<unknown> as Promise<Dirent<Buffer> | null>);
      for (const entry of await Promise.all(names.map((name) => entryOf(place, name, tell)))) {
        if (entry !== undefined) yield entry;
      }
    }
  } finally {
    await directory.close();
  }
}

/** None at the end. */
async function nextNames(read: () => Promise<Dirent<Buffer> | null>): Promise<Buffer[]> {
  const names: Buffer[] = [];
  while (names.length < limits.listingBatchEntries) {
    const entry = await read();
    if (entry === null) break;
    names.push(entry.name);
  }
  return names;
}

async function entryOf(directory: Buffer, name: Buffer, tell: TellTarget): Promise<FileEntry | undefined> {
  const real = Buffer.concat([directory, Buffer.from("/"), name]);
  try {
    return { name: name.toString("latin1"), facts: await factsWithTarget(await lstat(real), real, tell) };
  } catch {
    // It went away between readdir and lstat.
    return undefined;
  }
}
