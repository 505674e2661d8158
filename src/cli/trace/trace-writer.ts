// Drives the renderer: events in, lines out, and the line that was held back soon after.
import type { Trace } from "../../platform/trace.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import type { OutputOptions } from "../command-line/tunnel-command.ts";
import { openTraceFile, type TraceOutput } from "./trace-file.ts";
import { TraceRenderer } from "./trace-renderer.ts";

// Long enough for the other side's half of a line, short enough for somebody who watches.
const quietMs = 30;

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
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => put(renderer.flush());
  return {
    trace(event) {
      clearTimeout(timer);
      put(renderer.push(event));
      timer = setTimeout(flush, quietMs).unref();
    },
    [Symbol.dispose]() {
      clearTimeout(timer);
      flush();
      output[Symbol.dispose]();
    },
  };
}
