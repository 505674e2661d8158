// An option in --help: its spelling, and what it does beside it, or below where the spelling is long.
import { type Spelled, spelling } from "./option-row.ts";

/** `indent`: the column of the help. `before`: what stands before the spelling. */
export function describeRow(
  row: Spelled & { readonly help: string },
  indent: number,
  before = "  ",
): readonly string[] {
  const name = before + spelling(row);
  return name.length < indent ? [name.padEnd(indent) + row.help] : [name, " ".repeat(indent) + row.help];
}
