// A FileSystem of which less may be done.
import {
  exists,
  type FileOptions,
  type FileSystem,
  type OpensAhead,
  opensAhead,
  type TellsSpace,
  tellsSpace,
} from "../platform/file-system.ts";
import { isSallyportError } from "../protocol/error.ts";
import { nameOf, parentOf, unfinishedPrefix } from "../protocol/file-path.ts";
import { fsError } from "./fs-error.ts";

const refuse = (path: string): Promise<never> => Promise.reject(fsError("FS_READ_ONLY", path));

/**
 * Everything may be read, nothing changed: that is `FS_READ_ONLY`. Other changes that the file system can make are gone.
 *
 * @example
 * const files = readOnly(await openLocalFileSystem({ directory: "/srv/ftp" }));
 */
export function readOnly(inner: FileSystem): FileSystem {
  return {
    stat: (path, options) => inner.stat(path, options),
    list: (path, options) => inner.list(path, options),
    openRead: (path, options) => inner.openRead(path, options),
    openWrite: refuse,
    mkdir: refuse,
    rmdir: refuse,
    remove: refuse,
    rename: refuse,
    ...spaceOf(inner),
    ...aheadOf(inner),
  };
}

function aheadOf(inner: FileSystem): Partial<OpensAhead> {
  return opensAhead(inner) ? { openAhead: (path, options) => inner.openAhead(path, options) } : {};
}

function spaceOf(inner: FileSystem): Partial<TellsSpace> {
  return tellsSpace(inner) ? { space: (path, options) => inner.space(path, options) } : {};
}

/**
 * New files and directories may be made, and nothing else changed: that is `FS_READ_ONLY`. An atomic upload may be given its name, or be
 * removed, by the client that knows its own.
 *
 * @example
 * const files = dropBox(await openLocalFileSystem({ directory: "/srv/incoming" }));
 */
export function dropBox(inner: FileSystem): FileSystem {
  const unfinished = new Set<string>();
  const beingNamed = new Set<string>();

  async function giveName(from: string, to: string, options: FileOptions): Promise<void> {
    if (!unfinished.has(from) || beingNamed.has(to)) return refuse(to);
    beingNamed.add(to);
    try {
      if (await exists(inner, to, options)) return await refuse(to);
      await inner.rename(from, to, options);
      unfinished.delete(from);
    } finally {
      beingNamed.delete(to);
    }
  }

  return {
    ...readOnly(inner),
    list: async function* (path, options) {
      for await (const entry of inner.list(path, options)) {
        const isUnfinished = [...unfinished].some((one) => parentOf(one) === path && nameOf(one) === entry.name);
        if (!isUnfinished) yield entry;
      }
    },
    openWrite: async (path, options) => {
      if (options.start !== "truncate" && options.start !== "exclusive") return refuse(path);
      try {
        const writer = await inner.openWrite(path, { ...options, start: "exclusive" });
        if (options.start === "exclusive" && nameOf(path).startsWith(unfinishedPrefix)) unfinished.add(path);
        return writer;
      } catch (error) {
        throw isSallyportError(error) && error.code === "FS_EXISTS" ? fsError("FS_READ_ONLY", path, error) : error;
      }
    },
    mkdir: (path, options) => inner.mkdir(path, options),
    rename: giveName,
    remove: async (path, options) => {
      if (!unfinished.has(path)) return refuse(path);
      await inner.remove(path, options);
      unfinished.delete(path);
    },
  };
}
