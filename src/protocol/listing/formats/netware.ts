// Novell NetWare: rights in brackets, one owner, names in a padded column.
import type { ListedEntry } from "../listed-entry.ts";
import { columnsOf, exactNumber } from "./columns.ts";
import type { ListingFormat } from "./listing-format.ts";
import { parseUnixDate } from "./unix-date.ts";

/** `d [RWCEAFMS] supervisor        512 Jan 16 18:53    login`; Hellsoft writes no space after the first letter. */
const shape = /^([-d]) ?\[([-A-Z ]{1,10})\](?=[ \t])/;

export const netware: ListingFormat = {
  name: "netware",
  open: (_lines, nowMs) => (line) => {
    const match = shape.exec(line);
    if (match === null) return /^total \d+$/.test(line) ? "nothing" : undefined;
    return readEntry(line, match[0].length, match[1] === "d", match[2] ?? "", nowMs);
  },
};

function readEntry(
  line: string,
  start: number,
  directory: boolean,
  rights: string,
  nowMs: number,
): ListedEntry | undefined {
  const columns = columnsOf(line, start, 8);
  const texts = columns.map((column) => column.text);
  // Hellsoft has a number of links before the owner.
  const sizeIndex = texts.findIndex((text, index) => index > 0 && exactNumber(text) !== undefined);
  const date = sizeIndex === -1 ? undefined : parseUnixDate(texts.slice(sizeIndex + 1, sizeIndex + 5), nowMs, false);
  const last = date && columns[sizeIndex + date.columns];
  if (date === undefined || last === undefined) return undefined;
  return {
    name: line.slice(last.end).replace(/^[ \t]+/, ""),
    type: directory ? "directory" : "file",
    size: directory ? undefined : exactNumber(texts[sizeIndex] ?? ""),
    modified: date.modified,
    owner: texts[sizeIndex - 1],
    others: new Map([["rights", rights]]),
  };
}
