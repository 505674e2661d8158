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
