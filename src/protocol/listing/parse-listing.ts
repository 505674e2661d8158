// The one door: lines of a listing in, entries and what could not be understood out.
import { SallyportError } from "../error.ts";
import { limits } from "../limits.ts";
import type { ListingFormat, NumberedLine } from "./formats/listing-format.ts";
import { listingFormats } from "./formats/listing-formats.ts";
import { facts, names } from "./formats/plain.ts";
import type { ListedEntry, Listing, UnreadLine, UnreadReason } from "./listed-entry.ts";

export interface ParseListingOptions {
  /** What was asked for. Only the format of LIST has to be found out. */
  readonly command: "LIST" | "MLSD" | "NLST";
  /** Now, in milliseconds since 1970: finds the year of a time without one. */
  readonly nowMs: number;
  /**
   * `plain` (default): a name with a `/` in it is not an entry but an unread line, so that no entry leads out of the
   * directory. `paths`: they are kept, for `NLST dir/*` and `LIST dir/file`; the caller takes care.
   */
  readonly names?: "plain" | "paths" | undefined;
}

/** Enough for headers and messages before the first file. */
const SAMPLE_LINES = 100;

/**
 * Lines as they came, one character per byte, without their ends. Never throws for what is in them.
 * @throws SallyportError `LIMIT_LISTING` for more than `listedEntriesMax` lines.
 */
export function parseListing(lines: readonly string[], options: ParseListingOptions): Listing {
  if (lines.length > limits.listedEntriesMax) {
    throw new SallyportError("LIMIT_LISTING", `The listing has more than ${limits.listedEntriesMax} lines`);
  }
  const unread: UnreadLine[] = [];
  const numbered = numberLines(lines, options.command === "LIST" ? /[^ \t]/ : /./s, unread);
  const format = { LIST: detectFormat(numbered, options.nowMs), MLSD: facts, NLST: names }[options.command];
  const reading = readLines(format, numbered, options, unread);
  unread.sort((a, b) => a.number - b.number);
  return { format: format?.name, ...reading, unread };
}

/** Blank lines of LIST have no meaning in any format; with NLST a name may be one. */
function numberLines(lines: readonly string[], counts: RegExp, unread: UnreadLine[]): NumberedLine[] {
  const numbered: NumberedLine[] = [];
  for (const [index, line] of lines.entries()) {
    const number = index + 1;
    const text = line.endsWith("\r") ? line.slice(0, -1) : line;
    if (text.length > limits.listedLineBytesMax) {
      unread.push({ number, text: text.slice(0, limits.listedLineBytesMax), reason: "too-long" });
    } else if (counts.test(text)) numbered.push({ number, text });
  }
  return numbered;
}

/** The format that finds most files, and if none finds any, the one that understands most (`total 0`). */
function detectFormat(lines: readonly NumberedLine[], nowMs: number): ListingFormat | undefined {
  const sample = lines.slice(0, SAMPLE_LINES);
  let best: { readonly format: ListingFormat; readonly score: number } | undefined;
  for (const format of listingFormats) {
    const score = scoreOf(format, sample, nowMs);
    if (score > (best?.score ?? 0)) best = { format, score };
  }
  return best?.format;
}

function scoreOf(format: ListingFormat, sample: readonly NumberedLine[], nowMs: number): number {
  const lines = format.unwrap?.(sample) ?? sample;
  const read = format.open(lines, nowMs);
  const readings = lines.map(({ text }) => read(text));
  const entries = readings.filter((reading) => typeof reading === "object").length;
  const understood = readings.filter((reading) => reading !== undefined).length;
  return entries * (SAMPLE_LINES + 1) + understood;
}

function readLines(
  format: ListingFormat | undefined,
  numbered: readonly NumberedLine[],
  options: ParseListingOptions,
  unread: UnreadLine[],
): Pick<Listing, "entries" | "self"> {
  const lines = format?.unwrap?.(numbered) ?? numbered;
  const read = format?.open(lines, options.nowMs);
  const entries: ListedEntry[] = [];
  let self: ListedEntry | undefined;
  for (const { number, text } of lines) {
    const reading = read?.(text);
    if (reading === "nothing") continue;
    const reason =
      typeof reading === "object"
        ? faultOf(reading.name, options)
        : reading === "foreign"
          ? "other-directory"
          : "unknown";
    if (typeof reading !== "object" || reason !== undefined) unread.push({ number, text, reason: reason ?? "unknown" });
    else if (reading.name === ".") self = reading;
    else if (reading.name !== "..") entries.push(reading);
  }
  return { entries, self };
}

function faultOf(name: string, options: ParseListingOptions): UnreadReason | undefined {
  if (name === "") return "no-name";
  if (name.includes("\0")) return "nul";
  return options.names !== "paths" && name.includes("/") ? "path" : undefined;
}
