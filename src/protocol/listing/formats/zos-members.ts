// z/OS, members of a partitioned data set: with the statistics of ISPF, without any, or of load modules.
import type { ListedEntry, ListedTime } from "../listed-entry.ts";
import { serverTime } from "../listed-time.ts";
import { columnsOf } from "./columns.ts";
import type { ListingFormat } from "./listing-format.ts";

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
