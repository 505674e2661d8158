// What a run of the program needs from outside, so that it can be run without any of it.
import type { Writable } from "node:stream";
import type { Tunnel, TunnelOptions } from "../../tunnel/options.ts";

export type OpenTunnel = (options: TunnelOptions) => Promise<Tunnel>;

export interface ProcessIo {
  readonly openTunnel: OpenTunnel;
  readonly env: NodeJS.ProcessEnv;
  /** Writes one line to standard output. */
  readonly printLine: (line: string) => void;
  /** Standard output for `pipeline`: over when all has been taken; leaves the real one open. */
  readonly outputStream: () => Writable;
  /** Writes to standard error. */
  readonly printError: (text: string) => void;
  /** Columns of standard error, where it is a terminal. */
  readonly columns: number | undefined;
  /** Columns of standard output, where it is a terminal. */
  readonly outputColumns: number | undefined;
  /** Resolves when standard output cannot be written any more (`| head -1`, a full disk); else never settles. */
  readonly outputGone: Promise<void>;
  /** Calls back for each signal that asks to stop; the returned function ends that. */
  readonly onStopSignal: (callback: (signal: NodeJS.Signals) => void) => () => void;
  /** Rejects when something was thrown that nobody caught; else never settles. */
  readonly crashed: Promise<never>;
  /** Called once when the forwards are listening: a background child lets go of its parent here. */
  readonly becameReady: () => void;
}
