// The --trace of one run, if it was asked for.
import type { OutputOptions } from "../command-line/tunnel-command.ts";
import type { Reporter } from "../report/reporter.ts";
import type { ProcessIo } from "../run/process-io.ts";
import { describeVersion } from "../version.ts";
import { openTraceWriter, type TraceWriter } from "./trace-writer.ts";

/** Throws `CONFIG_INVALID` for a file that cannot be written. */
export function traceOfRun(
  { trace: destination }: Pick<OutputOptions, "trace">,
  io: ProcessIo,
  reporter: Reporter,
): TraceWriter | undefined {
  if (destination === undefined) return undefined;
  return openTraceWriter({
    destination,
    title: `${describeVersion()}, trace from ${new Date().toISOString()}`,
    ...(destination.file === undefined && io.columns !== undefined ? { width: io.columns } : {}),
    standardError: io.printError,
    onFailure: (error) => reporter.log({ level: "warn", message: error.message }),
  });
}
