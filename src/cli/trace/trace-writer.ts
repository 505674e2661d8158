// --trace: where it goes, and what stands at its top.
import type { Trace } from "../../platform/trace.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import { LiveTrace } from "../../text/live-trace.ts";
import { TraceRenderer } from "../../text/trace-renderer.ts";
import type { OutputOptions } from "../command-line/tunnel-command.ts";
import type { Reporter } from "../report/reporter.ts";
import type { ProcessIo } from "../run/process-io.ts";
import { describeVersion } from "../version.ts";
import { openTraceFile, type TraceOutput } from "./trace-file.ts";

export interface TraceWriter extends Disposable {
  readonly trace: Trace;
}

export interface TraceWriterOptions {
  readonly destination: NonNullable<OutputOptions["trace"]>;
  readonly title: string;
  /** Columns; 120 where the destination has none. */
  readonly width?: number;
  readonly standardError: (text: string) => void;
  readonly onFailure: (error: Error) => void;
}

/** Opens the destination and writes the header. Throws `CONFIG_INVALID` for a file that cannot be written. */
export function openTraceWriter(options: TraceWriterOptions): TraceWriter {
  const { file } = options.destination;
  const output: TraceOutput =
    file === undefined
      ? { write: options.standardError, [Symbol.dispose]: () => {} }
      : openTraceFile(file, options.onFailure);
  const renderer = new TraceRenderer(definedProps({ width: options.width }));
  const put = (lines: readonly string[]): void => {
    if (lines.length > 0) output.write(`${lines.join("\n")}\n`);
  };
  put(renderer.header(options.title));
  const live = new LiveTrace(renderer, put);
  return {
    trace: (event) => live.push(event),
    [Symbol.dispose]() {
      live[Symbol.dispose]();
      output[Symbol.dispose]();
    },
  };
}

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
