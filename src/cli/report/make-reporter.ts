// Which reporter, and how much it shows, from the options.
import type { OutputOptions } from "../command-line/tunnel-command.ts";
import { type LogLevel, type Reporter, textReporter } from "./reporter.ts";

/** The reporter that the options ask for. pino is loaded only where it is wanted. */
export async function makeReporter(output: OutputOptions, write: (text: string) => void): Promise<Reporter> {
  const options = { threshold: thresholdOf(output), stacks: output.verbosity >= 2, write };
  if (output.log === "json") return (await import("./json-reporter.ts")).jsonReporter(options);
  return textReporter(output.log === "text" ? { ...options, clock: () => new Date() } : options);
}

/** Warnings and errors; with --log or -v more; with -q errors alone. */
export function thresholdOf({ quiet, verbosity, log }: OutputOptions): LogLevel {
  if (quiet) return "error";
  if (verbosity >= 2) return "debug";
  return verbosity === 1 || log !== undefined ? "info" : "warn";
}
