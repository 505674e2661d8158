// What an operator is told: a line and its level.

export type LogLevel = "error" | "warn" | "info" | "debug";

export interface LogRecord {
  readonly level: LogLevel;
  /** One line in plain words; may hold text from the network. */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
  /** What machines want to know, without secrets: `event`, `session`, `bytes`, `durationMs`, … */
  readonly fields?: Readonly<Record<string, string | number | boolean>>;
  /** A line of somebody else's (ssh, a banner): shown without our name before it. */
  readonly verbatim?: true;
}

const order: Readonly<Record<LogLevel, number>> = { error: 0, warn: 1, info: 2, debug: 3 };

/** True when a record of `level` is to be shown at `threshold`. */
export function isShown(level: LogLevel, threshold: LogLevel): boolean {
  return order[level] <= order[threshold];
}
