// MLST and MLSD as a client reads them (RFC 3659 section 7): every fact may be missing, unknown ones are kept.
import { ownEntry } from "../own-entry.ts";
import type { FileType } from "./file-facts.ts";
import type { ListedEntry, ListedTime } from "./listed-entry.ts";
import { parseTimeValue } from "./listed-time.ts";

/** The facts that have their own field; ProFTPD and Pure-FTPd have names of owners beside the numbers. */
const ownFields: ReadonlySet<string> = new Set(["type", "size", "modify", "unix.mode", "unique", "perm"]);

/**
 * `type=file;size=5; name`, without a line end. The name is everything behind the first space, spaces and all; in a reply
 * to MLST the space that begins the line is the caller's to take off. `undefined` for what has no facts and no name so.
 */
export function parseFactsLine(line: string): ListedEntry | undefined {
  const end = factsEnd(line);
  if (end === undefined) return undefined;
  const facts = parseFacts(line.slice(0, end));
  return facts && { name: line.slice(end + 1), ...fieldsOf(facts) };
}

/** Where the space between facts and name is. A server that writes `UNIX.groupname=Domain Users;` breaks the first rule. */
function factsEnd(line: string): number | undefined {
  const space = line.indexOf(" ");
  if (space === -1) return undefined;
  if (space === 0 || line[space - 1] === ";") return space;
  const semicolon = line.indexOf("; ");
  return semicolon === -1 ? space : semicolon + 1;
}

function parseFacts(text: string): Map<string, string> | undefined {
  const facts = new Map<string, string>();
  for (const part of text.split(";")) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    if (equals < 1) return undefined;
    const name = part.slice(0, equals).toLowerCase();
    if (!facts.has(name)) facts.set(name, part.slice(equals + 1));
  }
  return facts;
}

function fieldsOf(facts: ReadonlyMap<string, string>): Omit<ListedEntry, "name"> {
  const others = new Map([...facts].filter(([name]) => !ownFields.has(name)));
  const type = typeOf(facts.get("type"));
  const modify = facts.get("modify");
  return {
    type: type?.type,
    target: type?.target,
    size: numberOf(facts.get("size"), /^\d+$/, 10),
    modified: modify === undefined ? undefined : modifiedOf(modify),
    mode: numberOf(facts.get("unix.mode"), /^0*[0-7]{1,4}$/, 8),
    owner: facts.get("unix.ownername") ?? facts.get("unix.owner") ?? facts.get("unix.uid"),
    group: facts.get("unix.groupname") ?? facts.get("unix.group") ?? facts.get("unix.gid"),
    id: facts.get("unique"),
    permissions: facts.get("perm"),
    others: others.size === 0 ? undefined : others,
  };
}

const types: Readonly<Record<string, FileType>> = {
  file: "file",
  dir: "directory",
  cdir: "directory",
  pdir: "directory",
};

/** RFC 3659 section 7.5.1.5; ProFTPD writes `OS.unix=symlink`, others `OS.unix=slink:/target`. */
function typeOf(value: string | undefined): { type: FileType; target?: string | undefined } | undefined {
  if (value === undefined || value === "") return undefined;
  const link = /^OS\.unix=s(?:ym)?link(?::([\s\S]*))?$/i.exec(value);
  if (link !== null) return { type: "link", target: link[1] || undefined };
  const name = value.toLowerCase();
  return { type: ownEntry(types, name) ?? "other" };
}

function modifiedOf(value: string): ListedTime | undefined {
  const ms = parseTimeValue(value);
  return ms === undefined ? undefined : { ms, precision: value.includes(".") ? "millisecond" : "second", zone: "utc" };
}

function numberOf(value: string | undefined, shape: RegExp, base: number): number | undefined {
  if (value === undefined || !shape.test(value)) return undefined;
  const number = Number.parseInt(value, base);
  return Number.isSafeInteger(number) ? number : undefined;
}
