// IBM i (OS/400): owner, size, date in the order of the job, kind of object, name.
import { ownEntry } from "../../own-entry.ts";
import type { FileType } from "../file-facts.ts";
import type { ListedEntry, ListedTime } from "../listed-entry.ts";
import { serverTime, yearOfTwoDigits } from "../listed-time.ts";
import { type DateOrder, dateOrderOf, exactNumber, inOrder } from "./columns.ts";
import type { ListingFormat } from "./listing-format.ts";

/** `QSYS            77824 02/23/00 15:09:55 *DIR       QOpenSys/`; members have neither size nor date. */
const shape =
  /^([^ \t]+)[ \t]+(?:(\d+)[ \t]+(\d\d)([-/.])(\d\d)\4(\d\d)[ \t]+(\d\d):(\d\d):(\d\d)[ \t]+)?(\*[A-Z0-9]+)[ \t]+([^ \t][\s\S]*)$/;

/** A *FILE may be a save file or a container of members: not reported. */
const types: Readonly<Record<string, FileType>> = {
  "*DIR": "directory",
  "*DDIR": "directory",
  "*LIB": "directory",
  "*FLR": "directory",
  "*STMF": "file",
  "*DSTMF": "file",
  "*DOC": "file",
  "*MEM": "file",
  "*SYMLNK": "link",
};

export const os400: ListingFormat = {
  name: "os400",
  open(lines, nowMs) {
    const matches = lines.map(({ text }) => shape.exec(text)).filter((match) => match?.[3] !== undefined);
    const order = dateOrderOf(matches.map((match) => [Number(match?.[3]), Number(match?.[5])]));
    return (line) => {
      const match = shape.exec(line);
      return match === null ? undefined : entryOf(match, order, nowMs);
    };
  },
};

function entryOf(match: RegExpExecArray, order: DateOrder, nowMs: number): ListedEntry {
  const [, owner, size, , , , , , , , kind = "", name = ""] = match;
  const type = ownEntry(types, kind);
  return {
    name: name.replace(/\/$/, ""),
    type: type ?? (kind === "*FILE" ? undefined : "other"),
    size: type === "file" && size !== undefined ? exactNumber(size) : undefined,
    modified: size === undefined ? undefined : timeOfMatch(match, order, nowMs),
    owner,
    others: new Map([["kind", kind]]),
  };
}

/** The year may be first as well, so a date is only read when the others of the listing show the order. */
function timeOfMatch(match: RegExpExecArray, order: DateOrder, nowMs: number): ListedTime | undefined {
  const [first, second, third, hour, minute, last] = [3, 5, 6, 7, 8, 9].map((group) => Number(match[group]));
  const date = inOrder(first ?? 0, second ?? 0, order);
  return date && serverTime({ year: yearOfTwoDigits(third ?? 0, nowMs), ...date, hour, minute, second: last });
}
