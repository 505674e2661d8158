// Open files of a memory file system.
import type { FileReader, FileWriter } from "../../platform/file-system.ts";
import { fsError } from "../fs-error.ts";
import { factsOfNode, type MemoryFile } from "./tree.ts";

export function readerOf(file: MemoryFile, offset: number): FileReader {
  let position = offset;
  return {
    facts: factsOfNode(file),
    async read(buffer) {
      const piece = file.bytes.subarray(Math.min(position, file.size), Math.min(position + buffer.length, file.size));
      buffer.set(piece);
      position += piece.length;
      return piece.length;
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

export interface MemoryWriterParts {
  readonly file: MemoryFile;
  readonly path: string;
  readonly position: number;
  /** Shared by all files. */
  readonly room: { left: number };
  readonly touch: () => void;
}

export class MemoryWriter implements FileWriter {
  readonly #parts: MemoryWriterParts;
  #position: number;
  #cut = false;

  constructor(parts: MemoryWriterParts) {
    this.#parts = parts;
    this.#position = parts.position;
  }

  async write(pieces: readonly Uint8Array[]): Promise<void> {
    this.#cutOff();
    for (const piece of pieces) this.#append(piece);
    this.#parts.touch();
  }

  async finish(): Promise<void> {
    this.#cutOff();
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #cutOff(): void {
    if (this.#cut) return;
    this.#cut = true;
    this.#resize(this.#position);
  }

  #append(piece: Uint8Array): void {
    const { file, room, path } = this.#parts;
    const end = this.#position + piece.length;
    const more = Math.max(end - file.size, 0);
    if (more > room.left) throw fsError("FS_NO_SPACE", path);
    if (more > 0) this.#resize(end);
    file.bytes.set(piece, this.#position);
    this.#position = end;
  }

  #resize(size: number): void {
    const { file, room } = this.#parts;
    if (size > file.bytes.length) {
      const larger = new Uint8Array(Math.max(size, file.bytes.length * 2, 1024));
      larger.set(file.bytes.subarray(0, file.size));
      file.bytes = larger;
    } else if (size < file.size) file.bytes.fill(0, size, file.size);
    room.left -= size - file.size;
    file.size = size;
  }
}
