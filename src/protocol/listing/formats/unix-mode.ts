// `-rwsr-x--T+`: the first column of `ls -l`.
import { ownEntry } from "../../own-entry.ts";
import type { FileType } from "../file-facts.ts";

export interface UnixMode {
  readonly type: FileType;
  /** A block or character device: two numbers stand where the size is. */
  readonly device: boolean;
  /** 0 to 0o7777 */
  readonly mode: number;
  /** Index behind the column. */
  readonly end: number;
}

/** `ls -is` puts inode and blocks before it; `+`, `.` and `@` behind it tell of access lists and attributes. */
const shape =
  /^[ \t]*(?:\d+[ \t]+){0,2}([-dlbcpsDCMPn])([-r][-w][-xsSlL])([-r][-w][-xsSlL])([-r][-w][-xtT])[+.@]?(?=[ \t])/;

const types: Readonly<Record<string, FileType>> = { "-": "file", d: "directory", l: "link" };

export function parseUnixMode(line: string): UnixMode | undefined {
  const match = shape.exec(line);
  if (match === null) return undefined;
  const [all, letter = "", user = "", group = "", rest = ""] = match;
  const mode = triple(user, 6, 0o4000) | triple(group, 3, 0o2000) | triple(rest, 0, 0o1000);
  const device = letter === "b" || letter === "c";
  return { type: ownEntry(types, letter) ?? "other", device, mode, end: all.length };
}

/** `l`, `L`: mandatory locking of Solaris, the bit of set-group-id without execute. */
function triple(letters: string, shift: number, special: number): number {
  const last = letters.charAt(2);
  const bits = (letters.startsWith("r") ? 4 : 0) | (letters[1] === "w" ? 2 : 0) | (/[xst]/.test(last) ? 1 : 0);
  return (bits << shift) | (/[sStTlL]/.test(last) ? special : 0);
}
