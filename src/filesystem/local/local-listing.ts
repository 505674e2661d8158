// readdir(3) and lstat(2), some at a time, so that a directory of any size takes little memory.
import type { Dirent } from "node:fs";
import { lstat, opendir, realpath } from "node:fs/promises";
import { limits } from "../../protocol/limits.ts";
import type { FileEntry } from "../../protocol/listing/file-facts.ts";
import { factsWithTarget, type TellTarget, targetsBelow } from "./local-facts.ts";

/** `real` is a place that has been judged. */
export async function* listDirectory(real: Buffer, root: Buffer, signal: AbortSignal): AsyncGenerator<FileEntry> {
  const tell = targetsBelow(root, await realpath(real, { encoding: "buffer" }));
  const directory = await opendir(real, { encoding: "buffer" as BufferEncoding, bufferSize: 256 });
  try {
    for (let names: Buffer[] = [Buffer.alloc(0)]; names.length > 0; ) {
      signal.throwIfAborted();
      names = await nextNames(() => directory.read() as Promise<unknown> as Promise<Dirent<Buffer> | null>);
      for (const entry of await Promise.all(names.map((name) => entryOf(real, name, tell)))) {
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
