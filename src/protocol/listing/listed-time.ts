// Times of listings: what the calendar does not have is no time, and a missing year is found, not guessed.
import type { ListedTime } from "./listed-entry.ts";

export interface TimeParts {
  readonly year: number;
  /** 1 to 12 */
  readonly month: number;
  readonly day: number;
  readonly hour?: number | undefined;
  readonly minute?: number | undefined;
  readonly second?: number | undefined;
}

const DAY_MS = 86_400_000;

/** Milliseconds since 1970, all parts read as UTC; `undefined` for the 30th of February or 25 o'clock. */
export function timeOf({ year, month, day, hour = 0, minute = 0, second = 0 }: TimeParts): number | undefined {
  if (hour > 23 || minute > 59 || second > 60 || day < 1 || day > daysOf(year, month)) return undefined;
  // Date.UTC takes the year 99 for 1999.
  return year < 100 ? undefined : Date.UTC(year, month - 1, day, hour, minute, Math.min(second, 59));
}

const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function daysOf(year: number, month: number): number {
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return (monthDays[month - 1] ?? 0) + (leap ? 1 : 0);
}

/** As {@link timeOf}, as the server's wall clock shows it and as fine as it was reported. */
export function serverTime(parts: TimeParts): ListedTime | undefined {
  const ms = timeOf(parts);
  if (ms === undefined) return undefined;
  const precision = parts.hour === undefined ? "day" : parts.second === undefined ? "minute" : "second";
  return { ms, precision, zone: "server" };
}

/**
 * The latest year in which that day exists and is not after tomorrow: ls leaves the year out for files of the last six
 * months, and the server may be a time zone ahead. Eight years back there was a 29th of February for sure.
 */
export function withLatestYear(parts: Omit<TimeParts, "year">, nowMs: number): TimeParts | undefined {
  const thisYear = new Date(nowMs).getUTCFullYear();
  for (let year = thisYear + 1; year >= thisYear - 8; year -= 1) {
    const ms = timeOf({ ...parts, year });
    if (ms !== undefined && ms <= nowMs + DAY_MS) return { ...parts, year };
  }
  return undefined;
}

/** The latest year with these last two digits that is not after tomorrow; nothing was changed before 1970. */
export function yearOfTwoDigits(digits: number, nowMs: number): number {
  const latest = new Date(nowMs + DAY_MS).getUTCFullYear();
  const year = latest - ((((latest - digits) % 100) + 100) % 100);
  return year < 1970 ? year + 100 : year;
}

// Times as RFC 3659 section 2.3 writes them: YYYYMMDDHHMMSS[.sss], always UTC.

const two = (value: number): string => String(value).padStart(2, "0");

/** Whole seconds: what every client reads. */
export function formatTimeValue(timeMs: number): string {
  const date = new Date(timeMs);
  const day = `${String(date.getUTCFullYear()).padStart(4, "0")}${two(date.getUTCMonth() + 1)}${two(date.getUTCDate())}`;
  return `${day}${two(date.getUTCHours())}${two(date.getUTCMinutes())}${two(date.getUTCSeconds())}`;
}

/** Milliseconds since 1970, or `undefined` for what is no time. Second 60 is the leap second and read as 59. */
export function parseTimeValue(text: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{1,9}))?$/.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const fraction = Math.floor(Number(`0.${match[7] ?? "0"}`) * 1000);
  const wellFormed = month >= 1 && month <= 12 && day >= 1 && hour < 24 && minute < 60 && second <= 60;
  if (!wellFormed) return undefined;
  const time = Date.UTC(year, month - 1, day, hour, minute, Math.min(second, 59), fraction);
  // Date.UTC takes the 31st of June for the 1st of July, and the year 99 for 1999.
  const date = new Date(time);
  return date.getUTCDate() === day && date.getUTCFullYear() === year ? time : undefined;
}
