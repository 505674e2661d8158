// The path of a URL, as it is sent to the server.
import { matchesPattern } from "../listing/glob.ts";
import type { FtpUrl } from "./ftp-url.ts";

/** One path; `""` is the login directory. For servers whose paths have `/` between the names. */
export function urlPath({ segments }: Pick<FtpUrl, "segments">): string {
  return segments.reduce((path, name) => (path === "" || path.endsWith("/") ? path + name : `${path}/${name}`), "");
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
