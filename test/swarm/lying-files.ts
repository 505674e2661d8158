// Files whose server reports other sizes than they have.
import type { FileOptions, FileReader, FileSystem } from "../../src/platform/file-system.ts";
import type { FileFacts } from "../../src/protocol/listing/file-facts.ts";
import type { SizesTold } from "./plan.ts";

const bytesMore = 1000;

/** Undefined: it reports none. */
export function liedSize(sizes: SizesTold, size: number): number | undefined {
  switch (sizes) {
    case "true":
      return size;
    case "none":
      return undefined;
    case "zero":
      return 0;
    case "larger":
      return size + bytesMore;
    case "smaller":
      return size >> 1;
  }
}

/** The same files, of which it says so. */
export function lying<Files extends FileSystem>(files: Files, sizes: SizesTold): Files {
  if (sizes === "true") return files;
  const told = (facts: FileFacts): FileFacts => {
    if (facts.type !== "file") return facts;
    const size = liedSize(sizes, facts.size);
    return size === undefined ? { ...facts, size: 0, unreported: ["size"] } : { ...facts, size };
  };
  const others: Pick<FileSystem, "stat" | "list" | "openRead"> = {
    stat: async (path, options) => told(await files.stat(path, options)),
    async *list(path: string, options: FileOptions) {
      for await (const { name, facts } of files.list(path, options)) yield { name, facts: told(facts) };
    },
    openRead: async (path, options): Promise<FileReader> => {
      const reader = await files.openRead(path, options);
      return {
        facts: told(reader.facts),
        read: (buffer) => reader.read(buffer),
        [Symbol.asyncDispose]: async () => await reader[Symbol.asyncDispose](),
      };
    },
  };
  return new Proxy(files, {
    get: (target, name) => {
      const own = Reflect.get(others, name) ?? Reflect.get(target, name);
      return typeof own === "function" ? own.bind(target) : own;
    },
  });
}
