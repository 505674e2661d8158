// Open files of a memory file system.
import type { FileReader, FileUpdater, FileWriter } from "../../platform/file-system.ts";
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

export interface MemoryFileParts {
  readonly file: MemoryFile;
  readonly path: string;
  /** Shared by all files. */
  readonly room: { left: number };
  readonly touch: () => void;
}

export interface MemoryWriterParts extends MemoryFileParts {
  readonly position: number;
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
    resize(this.#parts, this.#position);
  }

  #append(piece: Uint8Array): void {
    put(this.#parts, this.#position, piece);
    this.#position += piece.length;
  }
}

export function updaterOf(parts: MemoryFileParts): FileUpdater {
  return {
    async writeAt(offset, bytes) {
      put(parts, offset, bytes);
      parts.touch();
    },
    async truncate(bytes) {
      resize(parts, bytes);
      parts.touch();
    },
    finish: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
}

function put(parts: MemoryFileParts, position: number, piece: Uint8Array): void {
  const end = position + piece.length;
  if (end > parts.file.size) resize(parts, end);
  parts.file.bytes.set(piece, position);
}

function resize({ file, path, room }: MemoryFileParts, size: number): void {
  if (size - file.size > room.left) throw fsError("FS_NO_SPACE", path);
  if (size > file.bytes.length) {
    const larger = new Uint8Array(Math.max(size, file.bytes.length * 2, 1024));
    larger.set(file.bytes.subarray(0, file.size));
    file.bytes = larger;
  } else if (size < file.size) file.bytes.fill(0, size, file.size);
  room.left -= size - file.size;
  file.size = size;
}
