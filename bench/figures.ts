// Figures of a measurement, column by column, and what is worked out from them.
import type { Cell } from "./table.ts";

/** Each is one where less is better. */
export type Figures = Readonly<Record<string, number>>;

/** For each column its figures, or a word where there are none. */
export type Columns = readonly (Figures | string)[];

export function pick(columns: Columns, key: string): Cell[] {
  return columns.map((column) => (typeof column === "string" ? column : column[key]));
}

export function map(cells: readonly Cell[], change: (value: number) => number): Cell[] {
  return cells.map((cell) => (typeof cell === "number" ? change(cell) : cell));
}

/** Of several rounds the best, figure by figure. */
export function better(a: Figures, b: Figures): Figures {
  return Object.fromEntries(Object.entries(b).map(([key, value]) => [key, Math.min(value, a[key] ?? value)]));
}

export const inverse = (cells: readonly Cell[]): Cell[] => map(cells, (value) => 1 / value);

export const kilo = (bytes: number): number => bytes / 1000;
