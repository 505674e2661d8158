// OpenVMS: MultiNet, UCX/TCP-IP Services, CMU. Names have versions, and long ones push their facts to the next line.
import type { ListedEntry, ListedTime } from "../listed-entry.ts";
import { serverTime } from "../listed-time.ts";
import type { ListingFormat, NumberedLine } from "./listing-format.ts";
import { monthNumber } from "./month-names.ts";

/** `NAME.TXT;1  2/3  30-DEC-1996 17:44:13.12  [GROUP,OWNER] (RWED,RWED,RE,)`; the second number is what is allotted. */
const shape =
  /^([^ \t;]+);(\d{1,5})[ \t]+(?:(\d+(?:\/\d+)?)K?[ \t]+)?(\d{1,2})-([A-Z]{3})-(\d{4})(?:[ \t]+(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?(?=[ \t]|$)/i;

/** A file that may not be looked at: an RMS message stands in the place of its facts. */
const refused = /^([^ \t;]+);(\d{1,5})[ \t]+(?:%|insufficient|no privilege)/i;

const heading = /^Directory /i;
const sum = /^(?:Grand )?Total of /i;

export const vms: ListingFormat = {
  name: "vms",
  unwrap,
  open() {
    let entries = 0;
    let elsewhere = false;
    return (line) => {
      if (sum.test(line)) return "nothing";
      // A second heading begins another directory; before the first entry it names this one.
      elsewhere ||= heading.test(line) && entries > 0;
      if (elsewhere) return "foreign";
      const entry = readEntry(line);
      if (entry !== undefined) entries += 1;
      return entry ?? (heading.test(line) ? "nothing" : undefined);
    };
  },
};

/** A line that begins with a blank continues the one before it, when that begins with a name and its version. */
function unwrap(lines: readonly NumberedLine[]): NumberedLine[] {
  const whole: NumberedLine[] = [];
  for (const line of lines) {
    const before = whole.at(-1);
    const continues = /^[ \t]/.test(line.text) && before !== undefined && /^[^ \t;]+;\d/.test(before.text);
    if (continues) whole[whole.length - 1] = { number: before.number, text: before.text + line.text };
    else whole.push(line);
  }
  return whole;
}

function readEntry(line: string): ListedEntry | undefined {
  const match = shape.exec(line);
  const [, base, version] = match ?? refused.exec(line) ?? [];
  if (base === undefined || version === undefined) return undefined;
  const directory = /\.DIR$/i.test(base);
  const rest = match === null ? "" : line.slice(match[0].length);
  const others = new Map([["version", version]]);
  const blocks = match?.[3];
  if (blocks !== undefined) others.set("blocks", blocks);
  const protection = /\(([^)]*)\)/.exec(rest)?.[1];
  if (protection !== undefined) others.set("protection", protection);
  return {
    // CWD wants a directory without the file type and version of the file that it is.
    name: directory ? base.slice(0, -4) : `${base};${version}`,
    type: directory ? "directory" : "file",
    modified: match === null ? undefined : timeOfMatch(match),
    owner: /\[([^\]]*)\]/.exec(rest)?.[1],
    others,
  };
}

function timeOfMatch(match: RegExpExecArray): ListedTime | undefined {
  const part = (group: number): number | undefined => (match[group] === undefined ? undefined : Number(match[group]));
  const month = monthNumber(match[5] ?? "");
  if (month === undefined) return undefined;
  const date = { year: part(6) ?? 0, month, day: part(4) ?? 0 };
  return serverTime({ ...date, hour: part(7), minute: part(8), second: part(9) });
}
