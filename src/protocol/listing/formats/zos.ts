// z/OS: data sets, members of a partitioned data set, and jobs.
import type { FileType } from "../file-facts.ts";
import type { ListedEntry, ListedTime } from "../listed-entry.ts";
import { serverTime } from "../listed-time.ts";
import { columnsOf } from "./columns.ts";
import type { ListingFormat } from "./listing-format.ts";

const datasetHeader = /^[ \t]*Volume[ \t]+Unit[ \t]+Referred\b/i;

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
      if (datasetHeader.test(line)) {
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

// z/OS, members of a partitioned data set: with the statistics of ISPF, without any, or of load modules.

const sourceHeader = /^[ \t]*Name[ \t]+VV\.MM[ \t]+Created\b/i;
const loadHeader = /^[ \t]*Name[ \t]+Size[ \t]+TTR\b/i;

const member = /^[A-Z@#${][A-Z0-9@#${]{0,7}$/i;

const changed = /^(\d{4})\/(\d\d)\/(\d\d)$/;
const clock = /^(\d\d):(\d\d)(?::(\d\d))?$/;

export const zosMembers: ListingFormat = {
  name: "zos-members",
  open() {
    let read: ((line: string) => ListedEntry | undefined) | undefined;
    return (line) => {
      const header = sourceHeader.test(line) ? readMember : loadHeader.test(line) ? readModule : undefined;
      if (header === undefined) return read?.(line);
      read = header;
      return "nothing";
    };
  },
};

/** `ABC  01.03 2002/09/12 2002/10/11 09:37  11  11  0 KIL001`: name, version, made, changed, records now and at first, user. */
function readMember(line: string): ListedEntry | undefined {
  const texts = columnsOf(line, 0, 12).map((column) => column.text);
  const [name = "", version = "", created = "", date = "", time = "", records = "", initial = "", , owner] = texts;
  if (!member.test(name)) return undefined;
  if (texts.length === 1) return { name, type: "file" };
  if (!/^\d\d\.\d\d$/.test(version)) return undefined;
  const others = new Map([
    ["version", version],
    ["created", created],
    ["records", records],
    ["initial", initial],
  ]);
  return { name, type: "file", modified: timeOfColumns(date, time), owner, others };
}

/** Sizes are hexadecimal and those of the module in memory, not of the bytes that a transfer gives. */
function readModule(line: string): ListedEntry | undefined {
  const [name = "", size, ...rest] = columnsOf(line, 0, 16).map((column) => column.text);
  if (!member.test(name) || (size !== undefined && !/^[0-9A-F]+$/i.test(size))) return undefined;
  if (size === undefined) return { name, type: "file" };
  return {
    name,
    type: "file",
    others: new Map([
      ["module-size", size],
      ["attributes", rest.slice(1).join(" ")],
    ]),
  };
}

function timeOfColumns(date: string, time: string): ListedTime | undefined {
  const [, year, month, day] = changed.exec(date) ?? [];
  const [, hour, minute, second] = clock.exec(time) ?? [];
  if (year === undefined || hour === undefined) return undefined;
  const parts = {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
  };
  return serverTime(second === undefined ? parts : { ...parts, second: Number(second) });
}

// z/OS, jobs (SITE FILETYPE=JES): a job's output is fetched by the job's id.

const jobHeader = /^[ \t]*JOBNAME[ \t]+JOBID\b/i;
const jobId = /^(?:JOB|STC|TSU|[JST])\d{4,7}$/i;
const states: ReadonlySet<string> = new Set(["INPUT", "HELD", "ACTIVE", "OUTPUT"]);

/** `USER1A   JOB00123 USER1    OUTPUT A        RC=0000 3 spool files`; interface level 1 has neither header nor owner. */
export const zosJobs: ListingFormat = {
  name: "zos-jobs",
  open: () => (line) => (jobHeader.test(line) ? "nothing" : readJob(line)),
};

function readJob(line: string): ListedEntry | undefined {
  const texts = columnsOf(line, 0, 12).map((column) => column.text);
  const [job = "", name = ""] = texts;
  if (!jobId.test(name)) return undefined;
  const stateAt = texts.findIndex((text, index) => index > 1 && index < 4 && states.has(text.toUpperCase()));
  if (stateAt === -1) return undefined;
  return {
    name,
    type: "file",
    owner: stateAt === 3 ? texts[2] : undefined,
    others: new Map([
      ["job", job],
      ["status", texts[stateAt] ?? ""],
      ["rest", texts.slice(stateAt + 1).join(" ")],
    ]),
  };
}
