// What a way of writing listings is.
import type { ListedEntry, ListingFormatName } from "../listed-entry.ts";

export interface NumberedLine {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

export type LineReading = ListedEntry | "nothing" | "foreign" | undefined;

/** Reads the lines of one listing in their order; blank ones are left out. */
export type LineReader = (line: string) => LineReading;

export interface ListingFormat {
  readonly name: ListingFormatName;
  /** Puts lines together that the server has wrapped. */
  readonly unwrap?: (lines: readonly NumberedLine[]) => readonly NumberedLine[];
  /** A reader for one listing. Gets all its lines for what one line alone does not show. */
  readonly open: (lines: readonly NumberedLine[], nowMs: number) => LineReader;
}
