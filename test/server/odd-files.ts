// File systems for tests: with a few files in it, one in which everything fails, one that never answers.
import { MemoryFileSystem, SallyportError } from "../../src/index.ts";
import type { FileSystem } from "../../src/platform/file-system.ts";
import type { ErrorCode } from "../../src/protocol/error.ts";
import { put, signal } from "../../src/testing/file-system/subject.ts";

/** `/a` has five bytes, `/d` is a directory. */
export async function someFiles(bytesMax = 1000): Promise<FileSystem> {
  const files = new MemoryFileSystem({ now: () => 0, bytesMax });
  await put(files, "/a", "hello");
  await files.mkdir("/d", { signal });
  return files;
}

/** Every operation fails with this. */
export function failingFiles(error: unknown): FileSystem {
  const fail = (): Promise<never> => Promise.reject(error);
  return {
    stat: fail,
    // biome-ignore lint/correctness/useYield: it fails before its first entry
    list: async function* () {
      throw error;
    },
    openRead: fail,
    openWrite: fail,
    mkdir: fail,
    rmdir: fail,
    remove: fail,
    rename: fail,
  };
}

/** Some files that can only be told about: opening one takes until its signal aborts. */
export async function slowFiles(): Promise<FileSystem> {
  const never = (_path: string, options: { readonly signal: AbortSignal }): Promise<never> =>
    new Promise((_, reject) => options.signal.addEventListener("abort", () => reject(options.signal.reason)));
  const files = await someFiles();
  return {
    stat: (path, options) => files.stat(path, options),
    list: (path, options) => files.list(path, options),
    openRead: never,
    openWrite: never,
    mkdir: (path, options) => files.mkdir(path, options),
    rmdir: (path, options) => files.rmdir(path, options),
    remove: (path, options) => files.remove(path, options),
    rename: (from, to, options) => files.rename(from, to, options),
  };
}

/** A root with more in it than a reply can say. */
async function manyFiles(): Promise<FileSystem> {
  const facts = { type: "file", size: 1, modifiedMs: 0, mode: 0o644 } as const;
  const files = await slowFiles();
  return {
    ...files,
    list: async function* () {
      for (let number = 0; number < 5000; number += 1) yield { name: `${number}${"n".repeat(200)}`, facts };
    },
  };
}

/** The files of a user of that name: an error's code, `slow`, `many`, or some files. */
export async function filesFor(user: string): Promise<FileSystem> {
  if (/^[A-Z_]+$/.test(user)) return failingFiles(new SallyportError(user as ErrorCode, "it failed"));
  if (user === "many") return manyFiles();
  return user === "slow" ? slowFiles() : someFiles();
}
