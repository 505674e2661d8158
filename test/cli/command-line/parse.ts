// Parses as a shell would have split it, and gives what most tests look at.

import { parseCommandLine } from "../../../src/cli/command-line/parse-command-line.ts";
import type { TunnelCommand } from "../../../src/cli/command-line/tunnel-command.ts";
import { isSallyportError, type SallyportError } from "../../../src/protocol/error.ts";

/** Words separated by spaces; `''` quotes one word. */
export function words(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|\S+/g)].map(([whole, quoted]) => quoted ?? whole);
}

export function parseTunnel(line: string): TunnelCommand {
  const parsed = parseCommandLine(words(line));
  if (parsed.kind !== "tunnel") throw new Error(`${line}: ${parsed.kind}`);
  return parsed;
}

export function refusalOf(line: string): SallyportError {
  try {
    parseCommandLine(words(line));
  } catch (error) {
    if (isSallyportError(error)) return error;
    throw error;
  }
  throw new Error(`not refused: ${line}`);
}
