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

/** Fewer say too little for it. */
const leastForMedian = 5;

/** Of several rounds, figure by figure: the median, and the best where they are few. */
export function overall(rounds: readonly Figures[]): Figures {
  const rank = rounds.length < leastForMedian ? 0 : rounds.length >> 1;
  const names = new Set(rounds.flatMap((figures) => Object.keys(figures)));
  return Object.fromEntries([...names].map((name) => [name, sorted(rounds, name)[rank] ?? Number.NaN]));
}

const sorted = (rounds: readonly Figures[], name: string): number[] =>
  rounds.flatMap((figures) => figures[name] ?? []).sort((a, b) => a - b);

export const inverse = (cells: readonly Cell[]): Cell[] => map(cells, (value) => 1 / value);

export const kilo = (bytes: number): number => bytes / 1000;
