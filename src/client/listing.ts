// Directories over a data connection: MLSD where the server offers it, else LIST, read by its own lines.
import { raceAbort } from "../platform/abort.ts";
import { decodeName } from "../protocol/client/name-bytes.ts";
import { isSallyportError } from "../protocol/error.ts";
import { latin1FromBytes } from "../protocol/latin1.ts";
import type { ListedEntry, Listing } from "../protocol/listing/listed-entry.ts";
import { ListingSize } from "../protocol/listing/listing-size.ts";
import { parseListing } from "../protocol/listing/parse-listing.ts";
import { printable } from "../protocol/printable.ts";
import type { Reply } from "../protocol/reply.ts";
import { flow } from "./download.ts";
import { comeBack, goTo, isThere, noDirectory } from "./place.ts";
import { receiveData, type Sink } from "./receive-data.ts";
import { encodingOf, type Talk, tell, wireName } from "./talk.ts";
import { runTransfer } from "./transfer.ts";

type ListCommand = "LIST" | "MLSD" | "NLST";

/** How the server is to write a listing. */
export interface ListTextOptions {
  /** Options of ls(1) that go before the path (`-la`): no RFC has them, most servers of Unix take them. */
  readonly options?: string;
  /** Only the lines of files with such names. */
  readonly only?: (name: string) => boolean;
}

interface ListOrder {
  readonly verb: ListCommand;
  /** Behind the command; absent: where the session is. */
  readonly argument?: string;
  /** Begins messages, `could not list "x"`. */
  readonly what: string;
  readonly signal: AbortSignal;
}

const couldNotList = (path: string | undefined): string =>
  `could not list ${path === undefined || path === "" ? "the directory" : `"${printable(path, 200)}"`}`;

/** The lines as they came, one character per byte. Throws `LIMIT_LISTING` and what a transfer throws. */
async function listLines(talk: Talk, { verb, argument = "", what, signal }: ListOrder): Promise<readonly string[]> {
  const lines = new LineSink(new ListingSize(what.replace("could not list", "the listing of")));
  await runTransfer(talk, {
    verb,
    ...(argument === "" ? {} : { argument: wireName(talk, argument) }),
    what,
    direction: "download",
    type: "I",
    offset: 0,
    signal,
    carry: (data, stop) => receiveData(data, lines, { ...flow(talk), signal: stop }),
  });
  return lines.end();
}

/** Options, and a path that LIST would else take for one. */
const behindLIST = (options: string | undefined, path: string | undefined): string =>
  [options, path?.startsWith("-") ? `./${path}` : path].filter((word) => word !== undefined && word !== "").join(" ");

/** Names are decoded; what could not be understood is in `unread`. Options are for LIST: MLSD has none. */
export async function listDirectory(
  talk: Talk,
  path: string | undefined,
  { options }: Pick<ListTextOptions, "options">,
  signal: AbortSignal,
): Promise<Listing> {
  // RFC 3659 section 7.8: MLST in FEAT stands for both.
  const offersMlsd = talk.features.has("MLST") || talk.features.has("MLSD");
  const facts = offersMlsd && talk.ways.mlsd !== "missing" ? await listFacts(talk, path, signal) : undefined;
  return facts ?? decoded(talk, await listFiles(talk, path, options, signal), "LIST");
}

/** Undefined when the server does not have MLSD after all: openps3ftp offers it and answers 5yz. */
async function listFacts(talk: Talk, path: string | undefined, signal: AbortSignal): Promise<Listing | undefined> {
  const what = couldNotList(path);
  const isInside = path !== undefined && path !== "" && isThere(await goTo(talk, path, signal));
  if (!isInside) await raceAbort(comeBack(talk), signal);
  const isPlace = isInside || path === undefined || path === "";
  try {
    const argument = isPlace ? {} : { argument: path };
    const listing = decoded(talk, await listLines(talk, { verb: "MLSD", ...argument, what, signal }), "MLSD");
    const isEmpty = listing.entries.length === 0 && listing.self === undefined;
    if (isEmpty && talk.ways.mlsd === "untried") return await withoutMlsd(talk, path, signal, "lists nothing by it");
    talk.ways.mlsd = "works";
    return listing;
  } catch (error) {
    const code = isSallyportError(error) ? (error.details.reply ?? 0) : 0;
    const isRefused = (code >= 500 && code <= 504) || code === 550;
    if (!isRefused || talk.link.failure !== undefined || (code === 550 && talk.ways.mlsd === "works")) throw error;
    if (code === 500 || code === 502) {
      talk.ways.mlsd = "missing";
      tell(talk, `the server offers MLSD but refuses it (${code}); LIST from now on`);
      return undefined;
    }
    // It may be about this path alone: what is not a directory, or is missing.
    const listing = await withoutMlsd(talk, path, signal, `refuses it (${code})`).catch(() => undefined);
    if (listing === undefined || (code === 550 && listing.entries.length === 0)) throw error;
    return listing;
  }
}

/** By LIST. What LIST shows and MLSD does not is the proof that MLSD does not work. */
async function withoutMlsd(talk: Talk, path: string | undefined, signal: AbortSignal, why: string): Promise<Listing> {
  const listing = decoded(talk, await listFiles(talk, path, undefined, signal), "LIST");
  if (listing.entries.length > 0 && talk.ways.mlsd === "untried") {
    talk.ways.mlsd = "missing";
    tell(talk, `the server offers MLSD but ${why}; LIST from now on`);
  }
  return listing;
}

/**
 * LIST without a path, in the directory itself: some servers ignore the path, take it for a pattern, an option or something else,
 * and answer with nothing where there is no such directory. Only what is no directory is named.
 */
async function listFiles(
  talk: Talk,
  path: string | undefined,
  options: string | undefined,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const what = couldNotList(path);
  const order = { verb: "LIST", what, signal } as const;
  if (path === undefined || path === "" || path === ".") {
    await raceAbort(comeBack(talk), signal);
    return await listLines(talk, { ...order, argument: behindLIST(options, path) });
  }
  // A directory may be named like a pattern.
  const went = await goTo(talk, path, signal);
  if (isThere(went)) {
    return await listLines(talk, { ...order, argument: behindLIST(options, undefined) }).catch(nothingInIt);
  }
  await raceAbort(comeBack(talk), signal);
  const lines = await listLines(talk, { ...order, argument: behindLIST(options, path) }).catch((error: unknown) => {
    const isRefusal = isSallyportError(error) && error.details.reply !== undefined && talk.link.failure === undefined;
    throw went === "unknown-base" || !isRefusal ? error : noDirectory(what, went);
  });
  if (went === "unknown-base" || isWithoutCwd(went) || isPattern(path) || isAbout(lines, path)) return lines;
  throw noDirectory(what, went);
}

/** In a directory that is there these replies mean that it is empty; z/OS: `550 No members found.` Throws any other error. */
function nothingInIt(error: unknown): readonly string[] {
  if (!isSallyportError(error)) throw error;
  const { reply } = error.details;
  if (reply === 450 || (reply === 550 && /\bno (?:files|members|data ?sets|entries)\b/i.test(error.message))) return [];
  throw error;
}

/** For the server to fill in, as its users know it. */
const isPattern = (path: string): boolean => /[*?[\]]/.test(path);

const isWithoutCwd = ({ code }: Reply): boolean => code === 500 || code === 502;

/** The lines are those of that file, and not of the directory where we are. */
function isAbout(lines: readonly string[], path: string): boolean {
  const name = path.replace(/\/+$/, "").split("/").at(-1) ?? path;
  const files = lines.filter((line) => line.trim() !== "" && !/^total \d+$/.test(line));
  return files.length === 1 && (files[0]?.includes(name) ?? false);
}

function decoded(talk: Talk, lines: readonly string[], command: "LIST" | "MLSD"): Listing {
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
  const lines = await listFiles(talk, path, options, signal);
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
  const order = { verb: "NLST", argument: behindLIST(options, pattern), what: couldNotList(pattern), signal } as const;
  const lines = await listLines(talk, order);
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
