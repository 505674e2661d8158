// z/OS, data sets: a header, then volume, unit, last reference, extents, tracks, record format, organisation, name.
import type { FileType } from "../file-facts.ts";
import type { ListedEntry } from "../listed-entry.ts";
import { columnsOf } from "./columns.ts";
import type { ListingFormat } from "./listing-format.ts";

const header = /^[ \t]*Volume[ \t]+Unit[ \t]+Referred\b/i;

/** Names of data sets, in quotes when they are whole. */
const dataset = /^'?[A-Z0-9@#$.\-{]+'?$/i;

/** DSORG: a partitioned one is entered like a directory. GDG and VSAM cannot be transferred. */
const organisations: readonly (readonly [RegExp, FileType])[] = [
  [/^PO/i, "directory"],
  [/^(?:PS|DA|IS)/i, "file"],
  [/^(?:VSAM|GDG|VS)$/i, "other"],
];

const columnNames = ["volume", "unit", "referred", "extents", "used", "recfm", "lrecl", "blksz"] as const;

export const zosDatasets: ListingFormat = {
  name: "zos-datasets",
  open() {
    let inside = false;
    return (line) => {
      if (header.test(line)) {
        inside = true;
        return "nothing";
      }
      return inside ? readEntry(line) : undefined;
    };
  },
};

function readEntry(line: string): ListedEntry | undefined {
  const texts = columnsOf(line, 0, 16).map((column) => column.text);
  const name = texts.at(-1);
  if (name === undefined || texts.length < 2 || !dataset.test(name)) return undefined;
  const before = texts.slice(0, -1);
  if (/^Migrated$/i.test(before.join(" "))) return { name, others: new Map([["state", "migrated"]]) };
  if (/^Pseudo Directory$/i.test(before.join(" "))) return { name, type: "directory" };
  if (/(?:\bTape|Not Direct Access Device)$/i.test(before.join(" "))) {
    return {
      name,
      others: new Map([
        ["volume", before[0] ?? ""],
        ["state", "not-direct-access"],
      ]),
    };
  }
  const organisation = before.at(-1) ?? "";
  const type = organisations.find(([shape]) => shape.test(organisation))?.[1];
  return type && { name, type, others: othersOf(before.slice(0, -1), organisation) };
}

/** The date is of the last use, not of a change; sizes are tracks and records: neither is a fact of ours. */
function othersOf(columns: readonly string[], organisation: string): ReadonlyMap<string, string> {
  const others = new Map([["dsorg", organisation]]);
  if (columns.length === columnNames.length) {
    for (const [index, name] of columnNames.entries()) others.set(name, columns[index] ?? "");
  }
  return others;
}
