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
