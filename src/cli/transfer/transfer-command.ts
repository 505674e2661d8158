// The one-shot commands: from words to what is to be done.
import type { DataMode } from "../../client/client-options.ts";
import type { NameEncoding } from "../../protocol/client/name-bytes.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import type { FtpUrl } from "../../protocol/url/ftp-url.ts";
import { looksLikeUrl, parseFtpUrl } from "../../protocol/url/parse-ftp-url.ts";
import { redactUrl } from "../../protocol/url/redact-url.ts";
import { takeOptions } from "../command-line/take-options.ts";
import { usageError } from "../command-line/usage-error.ts";
import { type Via, viaOf } from "../command-line/via-option.ts";
import { checkSftpUrls, type SftpWish, sftpWish } from "./sftp-host.ts";
import { emptyTransferDraft, optionsOfVerb, type TransferDraft, type TransferVerb } from "./transfer-options.ts";

export type Order =
  /** `destination` absent: the working directory; `-`: standard output. */
  | { readonly verb: "get"; readonly sources: readonly FtpUrl[]; readonly destination?: string }
  /** A source `-` is standard input. */
  | { readonly verb: "put"; readonly sources: readonly string[]; readonly destination: FtpUrl }
  | { readonly verb: "ls"; readonly sources: readonly FtpUrl[] }
  | { readonly verb: "cp"; readonly sources: readonly FtpUrl[]; readonly destination: FtpUrl }
  | { readonly verb: "rm" | "mkdir"; readonly sources: readonly FtpUrl[] }
  /** All at one server. */
  | { readonly verb: "mv"; readonly sources: readonly FtpUrl[]; readonly destination: FtpUrl };

export interface TransferCommand {
  readonly kind: "transfer";
  readonly order: Order;
  readonly mode: "auto" | DataMode;
  /** AUTH TLS for `ftp://`. */
  readonly explicitTls: boolean;
  readonly tlsCa?: string;
  readonly encoding?: NameEncoding;
  readonly via?: Via;
  /** How SSH servers of `sftp://` are reached. */
  readonly sftp: SftpWish;
  readonly recursive: boolean;
  readonly parents: boolean;
  readonly sessions: number;
  readonly retries: number;
  readonly resume: boolean;
  readonly verify: "size" | "hash" | "none";
  readonly inPlace: boolean;
  /** Files keep their times of last change. */
  readonly times: boolean;
  readonly throughHere: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly debug: boolean;
  readonly explain: boolean;
}

export const usageOf: Readonly<Record<TransferVerb, string>> = {
  get: "sallyport get [options] URL... [FILE | DIRECTORY | -]",
  put: "sallyport put [options] FILE... URL",
  ls: "sallyport ls [options] URL...",
  cp: "sallyport cp [options] URL... URL",
  rm: "sallyport rm [options] URL...",
  mkdir: "sallyport mkdir [options] URL...",
  mv: "sallyport mv [options] URL... URL | PATH",
};

/** Throws `USAGE_INVALID`. Options may stand anywhere. */
export function parseTransfer(verb: TransferVerb, words: readonly string[]): TransferCommand {
  const draft = emptyTransferDraft();
  const names: string[] = [];
  for (let rest = words; rest.length > 0; ) {
    const [name, ...more] = takeOptions(rest, draft, optionsOfVerb(verb));
    if (name !== undefined) names.push(name);
    rest = more;
  }
  const order = readers[verb](names, draft);
  const urls = urlsOf(order);
  checkSftpUrls(urls, draft);
  const hasSftp = urls.some(({ scheme }) => scheme === "sftp");
  const via = viaOf(draft, { isThere: hasSftp, hint: "name an sftp:// host" });
  return {
    kind: "transfer",
    order,
    mode: draft.mode ?? "auto",
    explicitTls: draft.explicitTls,
    ...definedProps({ tlsCa: draft.tlsCa, encoding: draft.encoding, via }),
    sftp: sftpWish(draft, via),
    recursive: draft.recursive,
    parents: draft.parents,
    sessions: draft.sessions,
    retries: draft.retries,
    resume: draft.resume,
    verify: draft.verify,
    inPlace: draft.inPlace,
    times: draft.times,
    throughHere: draft.throughHere,
    json: draft.json,
    quiet: draft.quiet,
    debug: draft.debug,
    explain: draft.explain,
  };
}

function urlsOf(order: Order): readonly FtpUrl[] {
  if (order.verb === "put") return [order.destination];
  return order.verb === "cp" || order.verb === "mv" ? [...order.sources, order.destination] : order.sources;
}

type Reader = (names: readonly string[], draft: TransferDraft) => Order;

const readers: Readonly<Record<TransferVerb, Reader>> = {
  get: readGet,
  put: readPut,
  ls: readList,
  cp: readCopy,
  rm: readRemove,
  mkdir: readMake,
  mv: readMove,
};

function readGet(names: readonly string[], draft: TransferDraft): Order {
  const last = names.at(-1);
  const destination = last === undefined || looksLikeUrl(last) ? undefined : last;
  const sources = (destination === undefined ? names : names.slice(0, -1)).map(readUrl);
  if (sources.length === 0) throw incomplete("get", "the URL to download is missing");
  demandRecursive(sources, draft);
  const isOne = sources.length === 1 && sources[0]?.pattern === undefined;
  if (destination === "-" && (draft.recursive || draft.resume || draft.json || !isOne)) {
    throw usageError("standard output can only take one whole file", "Leave -r, --resume and --json out.");
  }
  return { verb: "get", sources, ...definedProps({ destination }) };
}

function readPut(names: readonly string[], draft: TransferDraft): Order {
  const last = names.at(-1);
  if (last === undefined || names.length < 2) throw incomplete("put", "put needs a file and a URL");
  const sources = names.slice(0, -1);
  const stray = sources.find(looksLikeUrl);
  if (stray !== undefined)
    throw usageError(`"${redactUrl(stray)}" is not a file on this machine`, "Between two servers use sallyport cp.");
  const destination = readUrl(last);
  if (sources.length > 1) demandDirectory(destination, "several files");
  if (sources.includes("-")) {
    if (destination.directory) throw usageError("standard input has no name", "Name the file in the URL.");
    if (draft.recursive || draft.resume)
      throw usageError("standard input can only be uploaded whole", "Leave -r and --resume out.");
  }
  return { verb: "put", sources, destination };
}

function readList(names: readonly string[]): Order {
  if (names.length === 0) throw incomplete("ls", "the URL to list is missing");
  return { verb: "ls", sources: names.map(readUrl) };
}

function readCopy(names: readonly string[], draft: TransferDraft): Order {
  const last = names.at(-1);
  if (last === undefined || names.length < 2) throw incomplete("cp", "cp needs two URLs");
  const [sources, destination] = [names.slice(0, -1).map(readUrl), readUrl(last)];
  demandRecursive(sources, draft);
  if (areSeveral(sources)) demandDirectory(destination, "several files");
  return { verb: "cp", sources, destination };
}

function readRemove(names: readonly string[], draft: TransferDraft): Order {
  if (names.length === 0) throw incomplete("rm", "the URL to remove is missing");
  const sources = names.map(readUrl);
  for (const { segments } of sources) {
    if (segments.length > 0 && segments.join("") !== "/") continue;
    throw usageError("the URL has no path: it would remove everything", "Name what to remove.");
  }
  demandRecursive(sources, draft);
  return { verb: "rm", sources };
}

function readMake(names: readonly string[]): Order {
  if (names.length === 0) throw incomplete("mkdir", "the URL to make is missing");
  const sources = names.map(readUrl);
  if (sources.some(({ segments }) => segments.length === 0)) throw incomplete("mkdir", "the URL names no directory");
  return { verb: "mkdir", sources };
}

/** The last word may be a path at the server of the first. */
function readMove(names: readonly string[]): Order {
  const last = names.at(-1);
  if (last === undefined || names.length < 2) throw incomplete("mv", "mv needs a URL and where to");
  const sources = names.slice(0, -1).map(readUrl);
  const [first] = sources;
  const destination = looksLikeUrl(last) || first === undefined ? readUrl(last) : placeAt(first, last);
  if (!sources.every((source) => isSameServer(source, destination))) {
    throw usageError("mv works at one server, and these are two", "Use sallyport cp, then sallyport rm.");
  }
  if (areSeveral(sources)) demandDirectory(destination, "several files");
  return { verb: "mv", sources, destination };
}

function isSameServer(one: FtpUrl, other: FtpUrl): boolean {
  const isSame = (key: "scheme" | "port" | "user"): boolean => one[key] === other[key];
  return isSame("scheme") && isSame("port") && isSame("user") && one.host.toLowerCase() === other.host.toLowerCase();
}

/** As the path of a URL, but without percents: it begins in the login directory, or with `/` at the root. */
function placeAt({ scheme, host, port, user, password }: FtpUrl, path: string): FtpUrl {
  const names = (scheme === "sftp" ? path.replace(/^~(?=\/|$)/, "") : path).split("/").filter((name) => name !== "");
  const isAbsolute = path.startsWith("/");
  return {
    scheme,
    host,
    ...definedProps({ port, user, password }),
    segments: isAbsolute ? [`/${names[0] ?? ""}`, ...names.slice(1)] : names,
    directory: path.endsWith("/") || names.length === 0,
  };
}

function readUrl(text: string): FtpUrl {
  if (!looksLikeUrl(text)) throw usageError(`"${redactUrl(text)}" is no URL`, "Write it as ftp://[user@]host/path.");
  const url = parseFtpUrl(text);
  if (url.type === "d") throw usageError(";type=d is a listing", "Leave it out: sallyport ls lists.");
  return url;
}

function demandRecursive(sources: readonly FtpUrl[], { recursive }: TransferDraft): void {
  if (recursive || !sources.some(({ directory }) => directory)) return;
  throw usageError("the URL ends in /: it is a directory", "Add -r for everything in it.");
}

const areSeveral = (sources: readonly FtpUrl[]): boolean =>
  sources.length > 1 || sources.some(({ pattern }) => pattern !== undefined);

function demandDirectory(url: FtpUrl, what: string): void {
  if (!url.directory) throw usageError(`${what} need a directory to go to`, "End the last URL in a /.");
}

function incomplete(verb: TransferVerb, message: string): Error {
  return usageError(message, `Write ${usageOf[verb]}.`);
}
