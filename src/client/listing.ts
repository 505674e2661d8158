// Directories over a data connection: MLSD where the server offers it, else LIST, read by its own lines.
import { decodeName } from "../protocol/client/name-bytes.ts";
import { latin1FromBytes } from "../protocol/latin1.ts";
import type { ListedEntry, Listing } from "../protocol/listing/listed-entry.ts";
import { ListingSize } from "../protocol/listing/listing-size.ts";
import { parseListing } from "../protocol/listing/parse-listing.ts";
import { printable } from "../protocol/printable.ts";
import { flow } from "./download.ts";
import { receiveData, type Sink } from "./receive-data.ts";
import { encodingOf, type Talk, wireName } from "./talk.ts";
import { runTransfer } from "./transfer.ts";

type ListCommand = "LIST" | "MLSD" | "NLST";

/** How the server is to write a listing. */
export interface ListTextOptions {
  /** Options of ls(1) that go before the path (`-la`): no RFC has them, most servers of Unix take them. */
  readonly options?: string;
  /** Only the lines of files with such names. */
  readonly only?: (name: string) => boolean;
}

/** The lines as they came, one character per byte. Throws `LIMIT_LISTING` and what a transfer throws. */
async function listLines(
  talk: Talk,
  verb: ListCommand,
  path: string | undefined,
  signal: AbortSignal,
  options?: string,
): Promise<readonly string[]> {
  const what = path === undefined ? "the directory" : `"${printable(path, 200)}"`;
  const lines = new LineSink(new ListingSize(`the listing of ${what}`));
  // LIST would take it for options of ls.
  const name = path?.startsWith("-") ? `./${path}` : path;
  const argument = [options, name].filter((word) => word !== undefined && word !== "").join(" ");
  await runTransfer(talk, {
    verb,
    ...(argument === "" ? {} : { argument: wireName(talk, argument) }),
    what: `could not list ${what}`,
    direction: "download",
    type: "I",
    offset: 0,
    signal,
    carry: (data, stop) => receiveData(data, lines, { ...flow(talk), signal: stop }),
  });
  return lines.end();
}

/** Names are decoded; what could not be understood is in `unread`. Options are for LIST: MLSD has none. */
export async function listDirectory(
  talk: Talk,
  path: string | undefined,
  { options }: Pick<ListTextOptions, "options">,
  signal: AbortSignal,
): Promise<Listing> {
  // RFC 3659 section 7.8: MLST in FEAT stands for both.
  const command = talk.features.has("MLST") || talk.features.has("MLSD") ? "MLSD" : "LIST";
  const lines = await listLines(talk, command, path, signal, command === "LIST" ? options : undefined);
  const listing = parseListing(lines, { command, nowMs: talk.environment.now() });
  const decode = (entry: ListedEntry): ListedEntry => ({
    ...entry,
    name: decodeName(entry.name, encodingOf(talk)),
    ...(entry.target === undefined ? {} : { target: decodeName(entry.target, encodingOf(talk)) }),
  });
  return {
    ...listing,
    entries: listing.entries.map(decode),
    self: listing.self === undefined ? undefined : decode(listing.self),
  };
}

/** LIST as the server writes it, one character per byte. */
export async function listText(
  talk: Talk,
  path: string | undefined,
  { options, only }: ListTextOptions,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const lines = await listLines(talk, "LIST", path, signal, options);
  if (only === undefined) return lines;
  const names = lines.map((line) => nameIn(talk, line));
  // `ls -1` leaves nothing but names.
  const isBare = names.every((name) => name === undefined);
  return lines.filter((line, index) => only((isBare ? decodeName(line, encodingOf(talk)) : names[index]) ?? ""));
}

function nameIn(talk: Talk, line: string): string | undefined {
  const { entries } = parseListing([line], { command: "LIST", nowMs: talk.environment.now() });
  return entries[0] === undefined ? undefined : decodeName(entries[0].name, encodingOf(talk));
}

/** By NLST: what a server's own patterns match. Not fit for paths here without `localPathFor`. */
export async function listNames(
  talk: Talk,
  pattern: string | undefined,
  { options }: Pick<ListTextOptions, "options">,
  signal: AbortSignal,
): Promise<string[]> {
  const lines = await listLines(talk, "NLST", pattern, signal, options);
  const { entries } = parseListing(lines, { command: "NLST", nowMs: talk.environment.now(), names: "paths" });
  return entries.map(({ name }) => decodeName(name, encodingOf(talk)));
}

/** Splits at LF wherever the pieces are cut, and takes a CR before it off. */
class LineSink implements Sink {
  readonly #lines: string[] = [];
  readonly #size: ListingSize;
  #rest = "";

  constructor(size: ListingSize) {
    this.#size = size;
  }

  write(chunk: Uint8Array): boolean {
    const parts = latin1FromBytes(chunk).split("\n");
    this.#size.add(parts.length - 1, chunk.length);
    parts[0] = this.#rest + (parts[0] ?? "");
    this.#rest = parts.pop() ?? "";
    for (const line of parts) this.#lines.push(line.replace(/\r$/, ""));
    return true;
  }

  whenReady(): void {}

  end(): readonly string[] {
    return this.#rest === "" ? this.#lines : [...this.#lines, this.#rest];
  }
}
