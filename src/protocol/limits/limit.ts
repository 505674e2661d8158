// What a limit is.

export interface Limit {
  readonly value: number;
  readonly unit: string;
  /** What it bounds, its precedent, the RFC. */
  readonly why: string;
}

export type LimitTable = Readonly<Record<string, Limit>>;
