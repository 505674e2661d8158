// What to say to the server for a URL's path: one path, or one CWD for each name (RFC 1738 section 3.2.2).
import { matchesPattern } from "../listing/glob.ts";
import type { FtpUrl } from "./ftp-url.ts";

/** One path; `""` is the login directory. For servers whose paths have `/` between the names. */
export function urlPath({ segments }: Pick<FtpUrl, "segments">): string {
  return segments.reduce((path, name) => (path === "" || path.endsWith("/") ? path + name : `${path}/${name}`), "");
}

export interface UrlSteps {
  /** The arguments of CWD, in order. */
  readonly directories: readonly string[];
  /** The file in the last of them; absent when the URL names a directory. */
  readonly file?: string;
}

/** A CWD for each name: right with servers that have no `/` in their paths (VMS, z/OS). */
export function urlSteps(url: Pick<FtpUrl, "segments" | "directory">): UrlSteps {
  const file = url.segments.at(-1);
  if (url.directory || file === undefined) return { directories: url.segments };
  const directories = url.segments.slice(0, -1);
  // `//motd` is the file motd in the root.
  const slash = file.lastIndexOf("/");
  if (directories.length > 0 || slash === -1) return { directories, file };
  return { directories: [file.slice(0, slash) || "/"], file: file.slice(slash + 1) };
}

/** The last name, for a local file; `""` when the path has none. May be `..`: whoever writes it checks it. */
export function urlFileName({ segments }: Pick<FtpUrl, "segments">): string {
  const last = segments.at(-1) ?? "";
  return last.slice(last.lastIndexOf("/") + 1);
}

/** The path of the directory that the last name is in. */
export function urlParentPath({ segments }: Pick<FtpUrl, "segments">): string {
  if (segments.length > 1) return urlPath({ segments: segments.slice(0, -1) });
  return segments[0]?.startsWith("/") ? "/" : "";
}

/** Whether a command that takes patterns means this name. One that begins with a dot is meant only where the pattern does. */
export function urlMatches({ segments, pattern }: Pick<FtpUrl, "segments" | "pattern">, name: string): boolean {
  if (name === urlFileName({ segments })) return true;
  return pattern !== undefined && name.startsWith(".") === pattern.startsWith(".") && matchesPattern(pattern, name);
}
