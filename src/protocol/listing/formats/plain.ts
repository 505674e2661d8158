// Formats that were made for programs: a name a line (NLST), MLSD's facts, EPLF.

import type { FileType } from "../file-facts.ts";
import type { ListedEntry, ListedTime } from "../listed-entry.ts";
import { parseFactsLine } from "../parse-facts-line.ts";
import { exactNumber } from "./columns.ts";
import type { ListingFormat } from "./listing-format.ts";

export const names: ListingFormat = {
  name: "names",
  open: () => (name) => ({ name }),
};

// MLSD (RFC 3659 section 7); some servers give such lines to LIST too.

export const facts: ListingFormat = {
  name: "facts",
  open: () => (line) => {
    const entry = parseFactsLine(line);
    const place = /(?:^|;)type=([cp])dir;/i
      .exec(line.slice(0, line.length - (entry?.name.length ?? 0)))?.[1]
      ?.toLowerCase();
    // The name of cdir may be its whole path (RFC 3659 section 7.5.1.2).
    return entry && place !== undefined ? { ...entry, name: place === "c" ? "." : ".." } : entry;
  },
};

// Easily Parsed LIST Format of D. J. Bernstein's publicfile: `+i8388621.29609,m824255902,r,s280,\tname`.

export const eplf: ListingFormat = {
  name: "eplf",
  open: () => (line) => {
    const tab = line.indexOf("\t");
    return line.startsWith("+") && tab !== -1 ? entryOf(line.slice(1, tab), line.slice(tab + 1)) : undefined;
  },
};

function entryOf(factText: string, name: string): ListedEntry {
  const facts = factText.split(",");
  const factOf = (letter: string): string | undefined =>
    facts.find((fact) => fact.startsWith(letter))?.slice(letter.length);
  const mode = factOf("up");
  const type: FileType | undefined = facts.includes("/") ? "directory" : facts.includes("r") ? "file" : undefined;
  return {
    name,
    type,
    size: exactNumber(factOf("s") ?? ""),
    modified: timeOfSeconds(factOf("m")),
    id: factOf("i"),
    mode: mode !== undefined && /^0*[0-7]{1,4}$/.test(mode) ? Number.parseInt(mode, 8) : undefined,
  };
}

function timeOfSeconds(text = ""): ListedTime | undefined {
  const seconds = /^\d{1,12}$/.test(text) ? Number(text) : undefined;
  return seconds === undefined ? undefined : { ms: seconds * 1000, precision: "second", zone: "utc" };
}
