// The table that is printed: Markdown, readable as it is.

/** A figure, or a word in its place. */
export type Cell = number | string | undefined;

export interface Row {
  readonly label: string;
  readonly cells: readonly Cell[];
  /** Digits after the point. Default: 0. */
  readonly digits?: number;
}

export function formatTable(head: readonly string[], rows: readonly Row[]): string {
  const lines = [
    [...head],
    ...rows.map((row) => [row.label, ...row.cells.map((cell) => formatCell(cell, row.digits ?? 0))]),
  ];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const pad = (text: string, column: number): string =>
    column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0);
  const rule = widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  const [first = [], ...others] = lines.map((line) => line.map(pad));
  return [first, rule, ...others].map((line) => `| ${line.join(" | ")} |`).join("\n");
}

function formatCell(cell: Cell, digits: number): string {
  return typeof cell === "number" ? cell.toFixed(digits) : (cell ?? "-");
}

/** Each cell divided by the one in column `base`, where both are figures. */
export function ratios(cells: readonly Cell[], base: number): Cell[] {
  const by = cells[base];
  return cells.map((cell) => (typeof cell === "number" && typeof by === "number" ? cell / by : undefined));
}
