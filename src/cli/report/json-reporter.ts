// --log json: the same records as objects, one per line, in pino's format.
import { pino } from "pino";
import { isShown, type Reporter, type ReporterOptions } from "./reporter.ts";

/** Lines for machines. */
export function jsonReporter({ threshold, stacks, write }: ReporterOptions): Reporter {
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
