// The file system under test, and short words for the facts.
import type { FileSystem, WriteStart } from "../../platform/file-system.ts";
import type { SuiteLife } from "../facts.ts";

/** What a FileSystem brings along to be put through {@link fileSystemSuite}. */
export interface FileSystemFixture {
  /** Empty. */
  readonly files: FileSystem;
  /** After the fact that it was opened for. */
  close(): Promise<void>;
}

/** The file system of the fact that runs now. */
export class FileSystemSubject implements SuiteLife {
  readonly #open: () => Promise<FileSystemFixture>;
  #fixture: FileSystemFixture | undefined;

  constructor(open: () => Promise<FileSystemFixture>) {
    this.#open = open;
  }

  get files(): FileSystem {
    if (this.#fixture === undefined) throw new Error("no fact runs");
    return this.#fixture.files;
  }

  async prepare(): Promise<void> {
    this.#fixture = await this.#open();
  }

  async clear(): Promise<void> {
    await this.#fixture?.close();
    this.#fixture = undefined;
  }

  async close(): Promise<void> {}
}

export const signal: AbortSignal = new AbortController().signal;

export async function put(
  files: FileSystem,
  path: string,
  text: string,
  start: WriteStart = "truncate",
): Promise<void> {
  const writer = await files.openWrite(path, { start, signal });
  try {
    await writer.write([Buffer.from(text, "latin1")]);
    await writer.finish();
  } finally {
    await writer[Symbol.asyncDispose]();
  }
}

export async function get(files: FileSystem, path: string, offset = 0): Promise<string> {
  const reader = await files.openRead(path, { offset, signal });
  try {
    let text = "";
    const buffer = Buffer.alloc(1000);
    for (let count = await reader.read(buffer); count > 0; count = await reader.read(buffer)) {
      text += buffer.subarray(0, count).toString("latin1");
    }
    return text;
  } finally {
    await reader[Symbol.asyncDispose]();
  }
}

export async function names(files: FileSystem, path: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of files.list(path, { signal })) found.push(name);
  return found.sort();
}

export const code = (wanted: string): object => ({ code: wanted });
