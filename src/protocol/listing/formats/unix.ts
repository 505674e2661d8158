// `ls -l` in its varieties: GNU, BSD, busybox, vsftpd, ProFTPD, IIS in Unix style, NetPresenz.

import { ownEntry } from "../../own-entry.ts";
import type { FileType } from "../file-facts.ts";
import type { ListedEntry } from "../listed-entry.ts";
import { type Column, columnsOf, exactNumber } from "./columns.ts";
import type { LineReading, ListingFormat } from "./listing-format.ts";
import { parseUnixDate, type UnixDate } from "./unix-date.ts";

/** `total 12` in the languages of month-names.ts; as bytes, so that no character set is needed. */
const total =
  /^(?:total|totale|totaal|totalt|insgesamt|i alt|yhteens\S{1,2}|razem|celkem|ukupno|\S{1,2}sszesen|toplam|[\x80-\xff]+:?) ?:? *\d[\d.,]*[KMGTPE]?i?B?$/i;

/** What GNU ls writes for an entry that vanished or may not be looked at. */
const unknowable = /^([-dlbcps?])\?{9}[ \t]+\?[ \t]+\?[ \t]+\?[ \t]+\?[ \t]+\? ([\s\S]*)$/;

/** A size, exact or as `ls -h` writes it, or the minor number of a device. */
const sizeShape = /^(?:\d+(?:[.,]\d+)?[KMGTPE]?i?B?|0x[0-9a-f]+|\d+,\d+)$/i;

/** Links, owner, group (three words at most), two numbers of a device, four of the date. */
const COLUMNS_MAX = 12;

export const unix: ListingFormat = {
  name: "unix",
  open(_lines, nowMs) {
    let entries = 0;
    let elsewhere = false;
    return (line) => {
      if (elsewhere) return "foreign";
      const entry = readEntry(line, nowMs);
      if (entry !== undefined) entries += 1;
      else if (line.endsWith(":")) {
        // `./below:` begins another directory (ls -R); before the first entry it names this one.
        elsewhere = entries > 0;
        return elsewhere ? "foreign" : "nothing";
      }
      return entry ?? (total.test(line) ? "nothing" : undefined);
    };
  },
};

function readEntry(line: string, nowMs: number): LineReading {
  const mode = parseUnixMode(line);
  if (mode === undefined) return readUnknowable(line);
  const columns = columnsOf(line, mode.end, COLUMNS_MAX);
  const found = findDate(columns, nowMs, false) ?? findDate(columns, nowMs, true);
  return found && entryOf(line, mode, columns, found);
}

interface FoundDate extends UnixDate {
  readonly index: number;
}

/** The first date that has a size before it: owners and file names may look like dates too. */
function findDate(columns: readonly Column[], nowMs: number, unnamed: boolean): FoundDate | undefined {
  const texts = columns.map((column) => column.text);
  for (let index = 1; index < texts.length; index += 1) {
    if (!sizeShape.test(texts[index - 1] ?? "")) continue;
    const date = parseUnixDate(texts.slice(index, index + 4), nowMs, unnamed);
    if (date !== undefined) return { ...date, index };
  }
  return undefined;
}

function entryOf(line: string, mode: UnixMode, columns: readonly Column[], date: FoundDate): ListedEntry | undefined {
  const last = columns[date.index + date.columns - 1];
  if (last === undefined || last.end >= line.length) return undefined;
  const nameStart = last.end + (date.padded === true && line[last.end + 1] === " " ? 2 : 1);
  const size = columns[date.index - 1]?.text ?? "";
  const before = columns.slice(0, date.index - 1).map((column) => column.text);
  if (mode.device && /^\d+,$/.test(before.at(-1) ?? "")) before.pop();
  const links = before.length > 0 ? exactNumber(before[0] ?? "") : undefined;
  const [owner, ...group] = links === undefined ? before : before.slice(1);
  return {
    ...nameAndTarget(line.slice(nameStart), mode.type, exactNumber(size)),
    type: mode.type,
    size: mode.type === "file" || mode.type === "link" ? exactNumber(size) : undefined,
    modified: date.modified,
    mode: mode.mode,
    links,
    owner,
    group: group.length === 0 ? undefined : group.join(" "),
  };
}

/** The size of a link is the length of what it points to: that shows which of several ` -> ` is the arrow. */
function nameAndTarget(text: string, type: FileType, size: number | undefined): Pick<ListedEntry, "name" | "target"> {
  if (type !== "link") return { name: type === "directory" ? text.replace(/\/$/, "") : text };
  const measured = size === undefined ? -1 : text.length - size;
  const arrow =
    text.slice(Math.max(0, measured - 4), Math.max(0, measured)) === " -> " ? measured - 4 : text.indexOf(" -> ");
  return arrow < 1 ? { name: text } : { name: text.slice(0, arrow), target: text.slice(arrow + 4) };
}

function readUnknowable(line: string): LineReading {
  const [, letter, name] = unknowable.exec(line) ?? [];
  if (name === undefined) return undefined;
  const type: FileType | undefined =
    letter === "d"
      ? "directory"
      : letter === "-"
        ? "file"
        : letter === "l"
          ? "link"
          : letter === "?"
            ? undefined
            : "other";
  return { name, type };
}

// `-rwsr-x--T+`: the first column of `ls -l`.

export interface UnixMode {
  readonly type: FileType;
  /** A block or character device: two numbers stand where the size is. */
  readonly device: boolean;
  /** 0 to 0o7777 */
  readonly mode: number;
  /** Index behind the column. */
  readonly end: number;
}

/** `ls -is` puts inode and blocks before it; `+`, `.` and `@` behind it stand for access lists and attributes. */
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
