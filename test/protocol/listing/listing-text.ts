// Listings and what they mean, one line for each, so that both can be read side by side.
import type { ListedEntry, ListedTime, ListingFormatName } from "../../../src/protocol/listing/listed-entry.ts";
import { type ParseListingOptions, parseListing } from "../../../src/protocol/listing/parse-listing.ts";

/** Sunday, 22 November 2026, 12:00 UTC */
export const nowMs: number = Date.UTC(2026, 10, 22, 12);

const digits = { day: 10, minute: 16, second: 19, millisecond: 23 } as const;

function timeText(time: ListedTime | undefined): string {
  if (time === undefined) return "-";
  return new Date(time.ms).toISOString().slice(0, digits[time.precision]) + (time.zone === "utc" ? "Z" : "");
}

/** `type size time name -> target`; a dash for what is not known. */
export function describeEntry(entry: ListedEntry): string {
  const target = entry.target === undefined ? "" : ` -> ${entry.target}`;
  return `${entry.type ?? "-"} ${entry.size ?? "-"} ${timeText(entry.modified)} ${entry.name}${target}`;
}

export interface ReadListing {
  readonly format: ListingFormatName | undefined;
  readonly entries: string[];
  /** `number reason` */
  readonly unread: string[];
}

/** Reads lines without their ends; a first and a last blank one do not count. */
export function readListing(text: string, options: Partial<ParseListingOptions> = {}): ReadListing {
  const { format, entries, unread } = parseListing(text.split("\n"), { command: "LIST", nowMs, ...options });
  return {
    format,
    entries: entries.map(describeEntry),
    unread: unread.map(({ number, reason }) => `${number} ${reason}`),
  };
}
