// The one place that writes to the user: warnings, log lines, and the error that ended it all.
import { translateFsError } from "../../filesystem/fs-error.ts";
import { isSallyportError, SallyportError } from "../../protocol/error.ts";
import { escapeText } from "../../text/escape-text.ts";
import { isShown, type LogLevel, type LogRecord } from "../../text/log-record.ts";
import type { OutputOptions } from "../command-line/tunnel-command.ts";

export interface Reporter {
  log(record: LogRecord): void;
  /** The error that ends the program. */
  fail(error: SallyportError): void;
}

export interface ReporterOptions {
  /** The least important level that is still shown. */
  readonly threshold: LogLevel;
  /** True: the stack of an INTERNAL error is shown. */
  readonly stacks: boolean;
  readonly write: (text: string) => void;
  /** Present: every line begins with the time that it gives. */
  readonly clock?: () => Date;
}

/** The reporter that the options ask for. */
export async function makeReporter(output: OutputOptions, write: (text: string) => void): Promise<Reporter> {
  const options = { threshold: thresholdOf(output), stacks: output.verbosity >= 2, write };
  if (output.log === "json") return await jsonReporter(options);
  return textReporter(output.log === "text" ? { ...options, clock: () => new Date() } : options);
}

/** Warnings and errors; with --log or -v more; with -q errors alone. */
export function thresholdOf({ quiet, verbosity, log }: OutputOptions): LogLevel {
  if (quiet) return "error";
  if (verbosity >= 2) return "debug";
  return verbosity === 1 || log !== undefined ? "info" : "warn";
}

/** --log json: the same records as objects, one per line, in pino's format. pino is loaded only where it is wanted. */
export async function jsonReporter({ threshold, stacks, write }: ReporterOptions): Promise<Reporter> {
  const { pino } = await import("pino");
  const logger = pino(
    { level: "debug", base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
    { write },
  );
  return {
    log({ level, message, hint, fields, verbatim }) {
      if (isShown(level, threshold))
        logger[level]({ ...fields, hint, ...(verbatim ? { event: "ssh.message" } : {}) }, message);
    },
    fail(error) {
      const stack = stacks && error.code === "INTERNAL" && error.cause instanceof Error ? error.cause.stack : undefined;
      logger.error({ event: "error", code: error.code, hint: error.hint, stack }, error.message);
    },
  };
}

/** Lines for prompts: `sallyport: message`, the hint on its own line. */
export function textReporter({ threshold, stacks, write, clock }: ReporterOptions): Reporter {
  const time = (): string => (clock === undefined ? "" : `${clock().toISOString()} `);
  return {
    log({ level, message, hint, verbatim }) {
      if (!isShown(level, threshold)) return;
      const name = verbatim ? "" : `sallyport: ${level === "warn" ? "warning: " : ""}`;
      write(`${time()}${name}${escapeText(message)}\n`);
      // In a log each record is one line.
      if (hint !== undefined && clock === undefined) write(`  ${escapeText(hint)}\n`);
    },
    fail(error) {
      write(`${time()}sallyport: ${escapeText(error.message)}\n`);
      if (error.hint !== undefined) write(`  ${escapeText(error.hint)}\n`);
      if (stacks && error.code === "INTERNAL") write(`${describeStack(error)}\n`);
    },
  };
}

/** Anything that was thrown, as a SallyportError; what is not one is a fault of ours. */
export function asSallyportError(thrown: unknown): SallyportError {
  if (isSallyportError(thrown)) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const system = (thrown as { code?: unknown } | null)?.code;
  // A part of the program that is loaded when it is needed opens files, too.
  if (system === "EMFILE" || system === "ENFILE") return translateFsError(thrown, "this program");
  return new SallyportError("INTERNAL", `a fault in Sallyport: ${message}`, {
    cause: thrown,
    hint: "Please report it, with what --trace=FILE writes and with the output of -vv.",
  });
}

function describeStack(error: SallyportError): string {
  const root = error.cause instanceof Error ? error.cause : error;
  return (root.stack ?? "").split("\n").map(escapeText).join("\n");
}
