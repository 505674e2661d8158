// A FileSystem of which less may be done.
import type { FileSystem, TellsSpace } from "../platform/file-system.ts";
import { tellsSpace } from "../platform/file-system.ts";
import { isSallyportError } from "../protocol/error.ts";
import { fsError } from "./fs-error.ts";

const refuse = (path: string): Promise<never> => Promise.reject(fsError("FS_READ_ONLY", path));

/** Everything may be read, nothing changed. Other changes that the file system can make are gone. */
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
  };
}

/** New files and directories may be made; what is there can be read, and not be changed, replaced or removed. */
export function dropBox(inner: FileSystem): FileSystem {
  return {
    ...readOnly(inner),
    openWrite: async (path, options) => {
      if (options.start !== "truncate" && options.start !== "exclusive") return refuse(path);
      try {
        return await inner.openWrite(path, { ...options, start: "exclusive" });
      } catch (error) {
        throw isSallyportError(error) && error.code === "FS_EXISTS" ? fsError("FS_READ_ONLY", path, error) : error;
      }
    },
    mkdir: (path, options) => inner.mkdir(path, options),
  };
}

function spaceOf(inner: FileSystem): Partial<TellsSpace> {
  return tellsSpace(inner) ? { freeBytes: (path, options) => inner.freeBytes(path, options) } : {};
}
