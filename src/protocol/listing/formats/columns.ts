// Columns with blanks between them.

export interface Column {
  readonly text: string;
  readonly start: number;
  /** Index behind its last character. */
  readonly end: number;
}

/** At most `max` columns from `start` on. Blanks are space and tab only. */
export function columnsOf(line: string, start: number, max: number): Column[] {
  const shape = /[^ \t]+/g;
  shape.lastIndex = start;
  const columns: Column[] = [];
  for (let match = shape.exec(line); match !== null && columns.length < max; match = shape.exec(line)) {
    columns.push({ text: match[0], start: match.index, end: shape.lastIndex });
  }
  return columns;
}

/** A whole number that a double holds exactly. */
export function exactNumber(text: string): number | undefined {
  if (!/^\d+$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

// Is 03/04 the third of April or the fourth of March? One line does not show it; a listing may.

export type DateOrder = "month-first" | "day-first" | "unknown";

/** From pairs of the first two numbers of dates: a number above 12 is a day. Contradictions show nothing. */
export function dateOrderOf(pairs: Iterable<readonly [number, number]>): DateOrder {
  let [monthFirst, dayFirst] = [false, false];
  for (const [first, second] of pairs) {
    monthFirst ||= second > 12;
    dayFirst ||= first > 12;
  }
  if (monthFirst === dayFirst) return "unknown";
  return monthFirst ? "month-first" : "day-first";
}

/** The month and the day of a pair; `undefined` where the order matters and is not known. */
export function inOrder(first: number, second: number, order: DateOrder): { month: number; day: number } | undefined {
  if (order === "unknown" && first !== second) return undefined;
  return order === "day-first" ? { month: second, day: first } : { month: first, day: second };
}
