// The files of an FTP server of ours on a stage: in memory, so that nothing is left behind.
import { MemoryFileSystem } from "../filesystem/memory/memory-file-system.ts";
import type { FileSystem } from "../platform/file-system.ts";
import { type LabFiles, labBytes } from "./files.ts";

const never: AbortSignal = new AbortController().signal;

/** `/pub` and the lab's files, and `more` by their paths. `now`: milliseconds since 1970. */
export async function filesInMemory(
  files: LabFiles,
  now: () => number,
  more: Readonly<Record<string, Uint8Array>> = {},
): Promise<FileSystem> {
  const fileSystem = new MemoryFileSystem({ now });
  await fileSystem.mkdir("/pub", { signal: never });
  const contents = Object.entries(files).map(([path, size]) => [path, labBytes(size)] as const);
  for (const [path, bytes] of [...contents, ...Object.entries(more)]) {
    await using writer = await fileSystem.openWrite(path, { start: "exclusive", signal: never });
    await writer.write([bytes]);
    await writer.finish();
  }
  return fileSystem;
}
