// DIR of DOS and Windows, as IIS and other servers for Windows write it.
import { ownEntry } from "../../own-entry.ts";
import type { FileType } from "../file-facts.ts";
import type { ListedEntry, ListedTime } from "../listed-entry.ts";
import { serverTime, yearOfTwoDigits } from "../listed-time.ts";
import { type DateOrder, dateOrderOf, exactNumber, inOrder } from "./columns.ts";
import type { ListingFormat } from "./listing-format.ts";

/** `11-22-26  12:30PM       <DIR>          name`; the year is first, or last with two digits or four. */
const shape =
  /^[ \t]*(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})[ \t]+(\d{1,2}):(\d\d)(?::(\d\d))?[ \t]*(?:([ap])\.?m?\.?)?[ \t]+(?:<([A-Z]+)>([ \t]*)|([\d.,]+) )/i;

const types: Readonly<Record<string, FileType>> = {
  DIR: "directory",
  JUNCTION: "link",
  SYMLINK: "link",
  SYMLINKD: "link",
};

/** Blanks behind `<DIR>` up to where the names of files begin; more belong to the name. */
const BLANKS_BEHIND_DIR = 10;

type Match = RegExpExecArray;

export const dos: ListingFormat = {
  name: "dos",
  open(lines, nowMs) {
    const matches = lines.map(({ text }) => shape.exec(text)).filter((match) => match !== null);
    const told = dateOrderOf(
      matches.filter((match) => !isYearFirst(match)).map((match) => [num(match, 1), num(match, 3)]),
    );
    return (line) => {
      const match = shape.exec(line);
      return match === null ? undefined : entryOf(line, match, told, nowMs);
    };
  },
};

function entryOf(line: string, match: Match, told: DateOrder, nowMs: number): ListedEntry | undefined {
  const [all, , , , , , , , , kind, blanks = "", size = ""] = match;
  const type = kind === undefined ? "file" : ownEntry(types, kind.toUpperCase());
  if (type === undefined) return undefined;
  const pad = blanks.length > BLANKS_BEHIND_DIR ? blanks.length - BLANKS_BEHIND_DIR : 0;
  const text = line.slice(all.length - pad);
  const link = type === "link" ? /^([\s\S]*) \[([^[\]]*)\]$/.exec(text) : null;
  return {
    name: link?.[1] ?? text,
    target: link?.[2],
    type,
    size: kind === undefined ? sizeOf(size) : undefined,
    modified: timeOfMatch(match, told, nowMs),
  };
}

/** `1,234,567` and `1.234.567` have marks between thousands; nothing here has fractions. */
function sizeOf(text: string): number | undefined {
  return /^\d+$|^\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*$/.test(text) ? exactNumber(text.replace(/[.,]/g, "")) : undefined;
}

function timeOfMatch(match: Match, told: DateOrder, nowMs: number): ListedTime | undefined {
  const hour = hourOf(num(match, 5), match[8]?.toLowerCase());
  const clock = { hour, minute: num(match, 6), ...(match[7] === undefined ? {} : { second: num(match, 7) }) };
  if (isYearFirst(match))
    return serverTime({ year: num(match, 1), month: num(match, 3), day: num(match, 4), ...clock });
  const date = inOrder(num(match, 1), num(match, 3), orderOf(match[2] ?? "", told));
  if (date === undefined) return undefined;
  const year = (match[4] ?? "").length === 4 ? num(match, 4) : yearOfTwoDigits(num(match, 4), nowMs);
  return serverTime({ year, ...date, ...clock });
}

/** IIS always writes MM-DD-YY, and dots are for days first; with slashes both are in use. */
function orderOf(separator: string, told: DateOrder): DateOrder {
  if (told !== "unknown" || separator === "/") return told;
  return separator === "-" ? "month-first" : "day-first";
}

/** 12 AM is midnight; 24 for what is no hour of a clock with twelve. */
function hourOf(hour: number, half: string | undefined): number {
  if (half === undefined) return hour;
  if (hour < 1 || hour > 12) return 24;
  return (hour % 12) + (half === "p" ? 12 : 0);
}

const isYearFirst = (match: Match): boolean => match[1]?.length === 4;

const num = (match: Match, group: number): number => Number(match[group]);
