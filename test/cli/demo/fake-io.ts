// A io for the demo inside the test's own process, that keeps what was printed and can be told to stop.
import { PassThrough } from "node:stream";
import type { ProcessIo } from "../../../src/cli/run/process-io.ts";

export interface FakeIo {
  readonly io: ProcessIo;
  readonly lines: string[];
  /** As Ctrl-C would. */
  stop(): void;
  /** As `| head -1` would. */
  closeOutput(): void;
  /** Resolves when the demo waits for a client of the user's. */
  readonly ready: Promise<void>;
}

/** `onLine`: called with the number of lines so far, after each. */
export function makeIo(
  options: {
    readonly onLine?: (count: number) => void;
    readonly columns?: number;
    readonly env?: NodeJS.ProcessEnv;
  } = {},
): FakeIo {
  const lines: string[] = [];
  const callbacks = new Set<(signal: NodeJS.Signals) => void>();
  const stop = (): void => {
    for (const callback of callbacks) callback("SIGINT");
  };
  let closeOutput = (): void => {};
  const outputGone = new Promise<void>((resolve) => {
    closeOutput = resolve;
  });
  let becameReady = (): void => {};
  const ready = new Promise<void>((resolve) => {
    becameReady = resolve;
  });
  const io: ProcessIo = {
    openTunnel: () => Promise.reject(new Error("the demo opens its own tunnels")),
    env: options.env ?? {},
    printLine: (line) => {
      lines.push(line);
      options.onLine?.(lines.length);
    },
    outputStream: () => new PassThrough().resume(),
    printError: (text) => void lines.push(text),
    columns: undefined,
    outputColumns: options.columns,
    outputGone,
    onStopSignal: (callback) => {
      callbacks.add(callback);
      return () => void callbacks.delete(callback);
    },
    crashed: new Promise<never>(() => {}),
    becameReady,
  };
  return { io, lines, stop, closeOutput, ready };
}
