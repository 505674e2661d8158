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
import { receiveData, type Sink } from "./receive-data.ts";
import { encodingOf, notify, type Session, wireName } from "./session.ts";
import { runTransfer } from "./transfer-attempts.ts";
import { enterDirectory, isThere, leaveDirectory, noDirectory, takesPaths, type Went } from "./working-directory.ts";

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
async function listLines(
  session: Session,
  { verb, argument = "", what, signal }: ListOrder,
): Promise<readonly string[]> {
  const lines = new LineSink(new ListingSize(what.replace("could not list", "the listing of")));
  await runTransfer(session, {
    verb,
    ...(argument === "" ? {} : { argument: wireName(session, argument) }),
    what,
    direction: "download",
    type: "I",
    offset: 0,
    signal,
    carry: (data, stop) => receiveData(data, lines, { ...flow(session), signal: stop }),
  });
  return lines.end();
}

/** Options, and a path that LIST would else take for one. */
const behindLIST = (options: string | undefined, path: string | undefined): string =>
  [options, path?.startsWith("-") ? `./${path}` : path].filter((word) => word !== undefined && word !== "").join(" ");

/** Names are decoded; what could not be understood is in `unread`. Options are for LIST: MLSD has none. */
export async function listDirectory(
  session: Session,
  path: string | undefined,
  { options }: Pick<ListTextOptions, "options">,
  signal: AbortSignal,
): Promise<Listing> {
  // RFC 3659 section 7.8: MLST in FEAT stands for both.
  const offersMlsd = session.features.has("MLST") || session.features.has("MLSD");
  const facts = offersMlsd && session.quirks.mlsd !== "missing" ? await listFacts(session, path, signal) : undefined;
  return facts ?? decoded(session, await listFiles(session, path, options, signal), "LIST");
}

/** Undefined when the server does not have MLSD after all: openps3ftp offers it and answers 5yz. */
async function listFacts(
  session: Session,
  path: string | undefined,
  signal: AbortSignal,
): Promise<Listing | undefined> {
  const what = couldNotList(path);
  const isHere = path === undefined || path === "";
  const isByPath = !isHere && (await takesPaths(session, path));
  const went = isHere || isByPath ? undefined : await enterDirectory(session, path, signal, { climb: true });
  const isInside = went !== undefined && isThere(went);
  if (!isInside && !isByPath) await raceAbort(leaveDirectory(session), signal);
  const facts = async (argument: string): Promise<Listing> =>
    decoded(session, await listLines(session, { verb: "MLSD", argument, what, signal }), "MLSD");
  try {
    const listing = await facts(isInside || isHere ? "" : path);
    if (went !== undefined && isRefused(went)) {
      // The path may be ignored: what is listed is where we are.
      const names = namesOf(listing);
      const isFile = names === path?.split("/").at(-1);
      if (!isFile && (names === "" || names === namesOf(await facts("")))) throw noDirectory(what, went);
    }
    const isEmpty = listing.entries.length === 0 && listing.self === undefined;
    if (isEmpty && session.quirks.mlsd === "untried")
      return await withoutMlsd(session, path, signal, "lists nothing by it");
    session.quirks.mlsd = "works";
    return listing;
  } catch (error) {
    const code = isSallyportError(error) ? (error.details.reply ?? 0) : 0;
    const isRefusal = (code >= 500 && code <= 504) || code === 550;
    const isCertain = code === 550 && session.quirks.mlsd === "works" && !isInside;
    if (!isRefusal || session.control.failure !== undefined || isCertain) throw error;
    if (code === 500 || code === 502) {
      session.quirks.mlsd = "missing";
      notify(session, `the server offers MLSD but refuses it (${code}); LIST from now on`);
      return undefined;
    }
    // It may be about this path alone: what is not a directory, or is missing.
    const listing = await withoutMlsd(session, path, signal, `refuses it (${code})`).catch(() => undefined);
    // A directory that was entered is there: empty, where LIST shows nothing either.
    if (listing === undefined || (code === 550 && listing.entries.length === 0 && !isInside)) throw error;
    return listing;
  }
}

/** By LIST. What LIST shows and MLSD does not is the proof that MLSD does not work. */
async function withoutMlsd(
  session: Session,
  path: string | undefined,
  signal: AbortSignal,
  why: string,
): Promise<Listing> {
  const listing = decoded(session, await listFiles(session, path, undefined, signal), "LIST");
  if (listing.entries.length > 0 && session.quirks.mlsd === "untried") {
    session.quirks.mlsd = "missing";
    notify(session, `the server offers MLSD but ${why}; LIST from now on`);
  }
  return listing;
}

/**
 * LIST without a path, in the directory itself: some servers ignore the path, take it for a pattern, an option or something else,
 * and answer with nothing where there is no such directory. Only what is no directory is named.
 */
async function listFiles(
  session: Session,
  path: string | undefined,
  options: string | undefined,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const what = couldNotList(path);
  const order = { verb: "LIST", what, signal } as const;
  if (path === undefined || path === "" || path === ".") {
    await raceAbort(leaveDirectory(session), signal);
    return await listLines(session, { ...order, argument: behindLIST(options, path) });
  }
  // A directory may be named like a pattern.
  const went = await enterDirectory(session, path, signal, { climb: true });
  if (isThere(went)) {
    return await listLines(session, { ...order, argument: behindLIST(options, undefined) }).catch(nothingInIt);
  }
  await raceAbort(leaveDirectory(session), signal);
  const lines = await listLines(session, { ...order, argument: behindLIST(options, path) }).catch((error: unknown) => {
    const isRefusal =
      isSallyportError(error) && error.details.reply !== undefined && session.control.failure === undefined;
    throw went === "unknown-base" || !isRefusal ? error : noDirectory(what, went);
  });
  if (went === "unknown-base" || isWithoutCwd(went) || isPattern(path) || isAbout(lines, path)) return lines;
  // The path may be ignored as CWD is.
  const isOther = async (): Promise<boolean> => lines.join("\n") !== (await listLines(session, order)).join("\n");
  if (went === "stays" && lines.length > 0 && (await isOther())) return lines;
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

const isWithoutCwd = (went: Went): boolean => typeof went !== "string" && (went.code === 500 || went.code === 502);

const isRefused = (went: Went): went is Reply | "stays" =>
  went !== "unknown-base" && !isThere(went) && !isWithoutCwd(went);

const namesOf = ({ entries }: Listing): string => entries.map(({ name }) => name).join("/");

/** The lines are those of that file, and not of the directory where we are. */
function isAbout(lines: readonly string[], path: string): boolean {
  const name = path.replace(/\/+$/, "").split("/").at(-1) ?? path;
  const files = lines.filter((line) => line.trim() !== "" && !/^total \d+$/.test(line));
  return files.length === 1 && (files[0]?.includes(name) ?? false);
}

function decoded(session: Session, lines: readonly string[], command: "LIST" | "MLSD"): Listing {
  const listing = parseListing(lines, { command, nowMs: session.environment.now() });
  const decode = (entry: ListedEntry): ListedEntry => ({
    ...entry,
    name: decodeName(entry.name, encodingOf(session)),
    ...(entry.target === undefined ? {} : { target: decodeName(entry.target, encodingOf(session)) }),
  });
  return {
    ...listing,
    entries: listing.entries.map(decode),
    self: listing.self === undefined ? undefined : decode(listing.self),
  };
}

/** LIST as the server writes it, one character per byte. */
export async function listText(
  session: Session,
  path: string | undefined,
  { options, only }: ListTextOptions,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const lines = await listFiles(session, path, options, signal);
  if (only === undefined) return lines;
  const names = lines.map((line) => nameIn(session, line));
  // `ls -1` leaves nothing but names.
  const isBare = names.every((name) => name === undefined);
  return lines.filter((line, index) => only((isBare ? decodeName(line, encodingOf(session)) : names[index]) ?? ""));
}

function nameIn(session: Session, line: string): string | undefined {
  const { entries } = parseListing([line], { command: "LIST", nowMs: session.environment.now() });
  return entries[0] === undefined ? undefined : decodeName(entries[0].name, encodingOf(session));
}

/** By NLST: what a server's own patterns match. Not fit for paths here without `localPathFor`. */
export async function listNames(
  session: Session,
  pattern: string | undefined,
  { options }: Pick<ListTextOptions, "options">,
  signal: AbortSignal,
): Promise<string[]> {
  const order = { verb: "NLST", argument: behindLIST(options, pattern), what: couldNotList(pattern), signal } as const;
  const lines = await listLines(session, order);
  const { entries } = parseListing(lines, { command: "NLST", nowMs: session.environment.now(), names: "paths" });
  return entries.map(({ name }) => decodeName(name, encodingOf(session)));
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
