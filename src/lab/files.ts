// The files of every FTP server on a stage. Their bytes follow from their place, so that a reader needs no copy.
import { MemoryFileSystem } from "../filesystem/memory/memory-file-system.ts";
import type { FileSystem } from "../platform/file-system.ts";

/** Every value that a byte can have: a change of line ends or character sets on the way is found out. */
const pattern: Uint8Array = Uint8Array.from({ length: 256 }, (_, index) => index);

/** Of `/file`, and of what `put` sends. */
const fileBytesCount = 46_000;

/** `count` bytes of any of these files, from `offset` on. */
export function labBytes(count: number, offset = 0): Buffer {
  const at = offset % pattern.length;
  return Buffer.alloc(count, Buffer.concat([pattern.subarray(at), pattern.subarray(0, at)]));
}

/** Place in the file of the first byte that is another one, where `bytes` begin at `offset`. */
export function wrongLabByte(bytes: Uint8Array, offset: number): number | undefined {
  const right = labBytes(bytes.length, offset);
  if (right.equals(bytes)) return undefined;
  return offset + bytes.findIndex((byte, index) => byte !== right[index]);
}

/** Sizes of the files by path. `/big` must not fit into what systems, ssh and Sallyport hold on the way. */
export type LabFiles = Readonly<Record<string, number>>;

export const labFiles = (bigBytesCount: number): LabFiles => ({ "/file": fileBytesCount, "/big": bigBytesCount });

// The files of an FTP server of ours on a stage: in memory, so that nothing is left behind.
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
