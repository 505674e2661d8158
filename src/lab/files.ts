// The files of every FTP server on a stage. Their bytes follow from their place, so that a reader needs no copy.

const line: Uint8Array = new TextEncoder().encode("every byte of the file\n");

/** `/file`, and what `put` sends. */
export const fileBytesCount: number = line.length * 2000;

/** `count` bytes of any of these files, from `offset` on. */
export function labBytes(count: number, offset = 0): Buffer {
  const at = offset % line.length;
  return Buffer.alloc(count, Buffer.concat([line.subarray(at), line.subarray(0, at)]));
}

/** Whether these are the bytes at that place. */
export function areLabBytes(bytes: Uint8Array, offset: number): boolean {
  return labBytes(bytes.length, offset).equals(bytes);
}

/** Sizes of the files by path. `/big` must not fit into what systems, ssh and Sallyport hold on the way. */
export type LabFiles = Readonly<Record<string, number>>;

export const labFiles = (bigBytesCount: number): LabFiles => ({ "/file": fileBytesCount, "/big": bigBytesCount });
