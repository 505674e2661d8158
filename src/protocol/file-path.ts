// Paths as FTP clients write them: from the root of what the server shows, `/` between the names, any other byte in a name.
import { SallyportError } from "./error.ts";
import { limits } from "./limits.ts";
import { printable } from "./printable.ts";
import type { Reply } from "./reply.ts";

/**
 * `argument` as seen from the directory `base`, absolute and without `.`, `..` and empty names. Purely by the letters, so
 * that CDUP always undoes CWD, symbolic links or not; `..` at the root stays there.
 * @throws SallyportError `FS_NAME_INVALID` for a NUL (no system has it in a name) or a path beyond `pathBytesMax`.
 */
export function resolvePath(base: string, argument: string): string {
  const joined = argument.startsWith("/") ? argument : joinPath(base, argument);
  const path = dotNames.test(joined) ? withoutDots(joined) : joined;
  if (path.includes("\0") || path.length > limits.pathBytesMax) {
    throw new SallyportError("FS_NAME_INVALID", `"${printable(argument, 80)}" cannot be the name of a file`, {
      hint: `A path has at most ${limits.pathBytesMax} bytes and no NUL.`,
    });
  }
  return path;
}

/** A name that is empty, `.` or `..`. */
const dotNames = /\/\.{0,2}(?:\/|$)/;

function withoutDots(path: string): string {
  const names: string[] = [];
  for (const name of path.split("/")) {
    if (name === "..") names.pop();
    else if (name !== "" && name !== ".") names.push(name);
  }
  return `/${names.join("/")}`;
}

/** The directory that `path` lies in; the root lies in itself. */
export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

/** The last name of `path`; `""` for the root. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** A name inside a directory, as a path. */
export function joinPath(directory: string, name: string): string {
  return directory === "/" ? `/${name}` : `${directory}/${name}`;
}

/** Line ends cannot be sent in a command (RFC 959 section 5.3) and would forge lines in a listing. */
export function isSayable(name: string): boolean {
  return !/[\r\n]/.test(name);
}

/** Begins the names of files that atomic uploads go into until they are complete. */
export const unfinishedPrefix = ".sallyport-upload-";

/** In double quotes, those in the path doubled (RFC 959 appendix II): for replies 257. */
export function quotePath(path: string): string {
  return `"${path.replaceAll('"', '""')}"`;
}

/** The path in a reply 257, as the server has it, one character per byte. */
export const quotedIn = ({ lines }: Reply): string | undefined =>
  /"((?:[^"]|"")*)"/.exec(lines[0] ?? "")?.[1]?.replaceAll('""', '"');
