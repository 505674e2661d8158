// Colours of a terminal, or none.
import type { TraceRow } from "./trace-row.ts";

/** SGR parameters (ECMA-48 section 8.3.117), of those that every terminal has. */
const styles = { title: "1", good: "32", bad: "31", own: "33", data: "36", quiet: "2", address: "1;36" } as const;

export type Style = keyof typeof styles;
/** Dresses a text; its width stays. */
export type Paint = (style: Style, text: string) => string;

export const plain: Paint = (_style, text) => text;

export const coloured: Paint = (style, text) =>
  text.trim() === "" ? text : `\u001b[${styles[style]}m${text}\u001b[0m`;

/** Colours for a terminal that has them, unless the user wants none (no-color.org). */
export function choosePaint(env: Readonly<Record<string, string | undefined>>, isTerminal: boolean): Paint {
  const isWanted = (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";
  return isTerminal && isWanted ? coloured : plain;
}

/** A cell of the trace: what Sallyport sends by itself stands out, what only explains stands back. */
export function paintCell(paint: Paint): (row: TraceRow, text: string) => string {
  return ({ mark }, text) => {
    if (mark.startsWith("*")) return paint("own", text);
    if (mark === " =") return paint("data", text);
    return mark === " -" ? paint("quiet", text) : text;
  };
}
