// The date columns of `ls -l`: which columns they are separates size and name.
import type { ListedTime } from "../listed-entry.ts";
import { serverTime, type TimeParts, timeOf, withLatestYear } from "../listed-time.ts";
import { monthNumber } from "./month-names.ts";

export interface UnixDate {
  /** `undefined` when it is a date that we cannot know, such as a month in a language unknown to us. */
  readonly modified: ListedTime | undefined;
  /** How many columns it takes. */
  readonly columns: number;
  /** A blank stands after it: `--time-style=iso` writes `2025-11-22 ` to be as wide as `11-22 12:30`. */
  readonly padded?: true;
}

type Clock = Pick<TimeParts, "hour" | "minute" | "second">;

/** Reads a date that begins with the first of these columns. `unnamed`: any word may be a month. */
export function parseUnixDate(columns: readonly string[], nowMs: number, unnamed: boolean): UnixDate | undefined {
  return isoDate(columns, nowMs) ?? namedDate(columns, nowMs, unnamed);
}

/** `Nov 22 12:30`, `22. Nov  2025`, and BSD's `Nov 22 12:30:05 2025` (ls -lT). */
function namedDate(columns: readonly string[], nowMs: number, unnamed: boolean): UnixDate | undefined {
  const [first = "", second = "", third = "", fourth = ""] = columns;
  for (const [monthText, dayText] of [
    [first, second],
    [second, first],
  ] as const) {
    const day = dayOf(dayText);
    const month = monthNumber(monthText) ?? (unnamed && isWord(monthText) ? 0 : undefined);
    if (day === undefined || month === undefined) continue;
    const year = yearOf(third);
    if (year !== undefined) return { modified: serverTime({ year, month, day }), columns: 3 };
    const clock = clockOf(third);
    if (clock === undefined) continue;
    const fullYear = clock.second === undefined ? undefined : yearOf(fourth);
    if (fullYear !== undefined) return { modified: serverTime({ year: fullYear, month, day, ...clock }), columns: 4 };
    return { modified: recentTime({ month, day, ...clock }, nowMs), columns: 3 };
  }
  return undefined;
}

/** GNU's --time-style: `2026-11-22 12:30`, `2026-11-22 12:30:05.000000000 +0100`, `11-22 12:30`, `2025-11-22`. */
function isoDate(columns: readonly string[], nowMs: number): UnixDate | undefined {
  const [first = "", second = "", third = ""] = columns;
  const [, year, month, day] = /^(?:(\d{4})[-/.])?(\d\d)[-/.](\d\d)$/.exec(first) ?? [];
  if (month === undefined || day === undefined) return undefined;
  const date = { month: Number(month), day: Number(day) };
  const clock = clockOf(second);
  if (year === undefined) return clock && { modified: recentTime({ ...date, ...clock }, nowMs), columns: 2 };
  const parts = { year: Number(year), ...date };
  if (clock === undefined) return { modified: serverTime(parts), columns: 1, padded: true };
  const offset = clock.second === undefined ? undefined : offsetMsOf(third);
  if (offset === undefined) return { modified: serverTime({ ...parts, ...clock }), columns: 2 };
  const ms = timeOf({ ...parts, ...clock });
  return { modified: ms === undefined ? undefined : { ms: ms - offset, precision: "second", zone: "utc" }, columns: 3 };
}

function recentTime(parts: Omit<TimeParts, "year">, nowMs: number): ListedTime | undefined {
  const whole = withLatestYear(parts, nowMs);
  return whole && serverTime(whole);
}

/** `22`, `22.`, and `22` with the word for day behind it in any character set. */
function dayOf(text: string): number | undefined {
  const match = /^(\d{1,2})(?:[.,]|[\x80-\xff]{2,3})?$/.exec(text);
  const day = Number(match?.[1] ?? 0);
  return day >= 1 && day <= 31 ? day : undefined;
}

function yearOf(text: string): number | undefined {
  const match = /^((?:19|20|21)\d\d)(?:[\x80-\xff]{2,3})?$/.exec(text);
  return match === null ? undefined : Number(match[1]);
}

function clockOf(text: string): Clock | undefined {
  const match = /^(\d{1,2})[:.](\d\d)(?:[:.](\d\d)(?:[.,]\d{1,9})?)?$/.exec(text);
  if (match === null) return undefined;
  const [hour, minute, second] = [Number(match[1]), Number(match[2]), match[3]];
  return { hour, minute, ...(second === undefined ? {} : { second: Number(second) }) };
}

function offsetMsOf(text: string): number | undefined {
  const match = /^([+-])(\d\d)(\d\d)$/.exec(text);
  if (match === null) return undefined;
  const ms = (Number(match[2]) * 60 + Number(match[3])) * 60_000;
  return match[1] === "-" ? -ms : ms;
}

/** Letters of any character set. */
function isWord(text: string): boolean {
  return /^[A-Za-z.\x80-\xff]{2,16}$/.test(text) && /[^.]/.test(text);
}
