// The progress line on a terminal, redrawn a few times a second. Without a terminal nothing is shown.
import { Progress as TransferProgress } from "../text/progress.ts";
import type { ProgressView } from "./shell.ts";

export interface ViewOptions {
  readonly name: string;
  readonly hash: boolean;
  /** Absent: no terminal. */
  readonly columns: number | undefined;
  readonly write: (text: string) => void;
  /** Milliseconds of a clock that never goes back. */
  readonly nowMs: () => number;
}

const hashBytes = 65_536;

export function openProgressView(options: ViewOptions): ProgressView {
  if (options.columns === undefined) return { update: () => {}, erase: () => {}, [Symbol.dispose]: () => {} };
  return options.hash ? hashView(options) : lineView(options);
}

function lineView(options: ViewOptions): ProgressView {
  const progress = new TransferProgress(options);
  const gauge = progress.begin(options.name);
  return {
    update: ({ bytes, size }) => gauge.update(bytes, size),
    erase: () => progress.erase(),
    [Symbol.dispose]: () => gauge[Symbol.dispose](),
  };
}

function hashView({ write }: ViewOptions): ProgressView {
  let marks: number | undefined;
  let shown = 0;
  const erase = (): void => {
    if (shown > 0) write("\n");
    shown = 0;
  };
  return {
    update({ bytes }) {
      const now = Math.floor(bytes / hashBytes);
      const more = now - (marks ?? now);
      marks = now;
      if (more <= 0) return;
      shown += more;
      write("#".repeat(more));
    },
    erase,
    [Symbol.dispose]: erase,
  };
}
