// The files of every FTP server on a stage. Their bytes follow from their place, so that a reader needs no copy.

/** Every value that a byte can have: whoever changes line ends or character sets on the way is found out. */
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
