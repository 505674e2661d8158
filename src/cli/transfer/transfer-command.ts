// The one-shot commands: their help, and from the command line to what is to be done.
import type { DataMode } from "../../client/client-options.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import type { FtpUrl } from "../../protocol/url/ftp-url.ts";
import { redactUrl } from "../../protocol/url/ftp-url.ts";
import { looksLikeUrl, parseFtpUrl } from "../../protocol/url/parse-ftp-url.ts";
import { usageError } from "../../text/usage-error.ts";
import { Parser } from "../command-line/parser.ts";
import { type Via, viaOf } from "../command-line/via-option.ts";
import { checkSftpUrls, type SftpAccess, sftpAccess } from "./sftp-host.ts";
import { movingVerbs, optionsOfVerb, type ParsedTransferOptions, type TransferVerb } from "./transfer-options.ts";

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

/** What is always given, by the command line or by these. */
const defaults = {
  mode: "auto" as "auto" | DataMode,
  verify: "size" as "size" | "hash" | "none",
  sessions: 1 as number | "auto",
  retries: 0,
  times: true,
  explicitTls: false,
  recursive: false,
  parents: false,
  resume: false,
  inPlace: false,
  throughHere: false,
  json: false,
  quiet: false,
  debug: false,
  explain: false,
};

export interface TransferCommand extends Readonly<typeof defaults>, Pick<ParsedTransferOptions, "tlsCa" | "encoding"> {
  readonly kind: "transfer";
  readonly order: Order;
  readonly via?: Via;
  /** How SSH servers of `sftp://` are reached. */
  readonly sftp: SftpAccess;
}

export const usageOf: Readonly<Record<TransferVerb, string>> = {
  get: "get [options] URL... [FILE | DIRECTORY | -]",
  put: "put [options] FILE... URL",
  ls: "ls [options] URL...",
  cp: "cp [options] URL... URL",
  rm: "rm [options] URL...",
  mkdir: "mkdir [options] URL...",
  mv: "mv [options] URL... URL | PATH",
};

const about: Readonly<Record<TransferVerb, readonly [string, readonly string[]]>> = {
  get: [
    "Downloads files.",
    [
      "Files go to the working directory, or into the DIRECTORY that comes last; - is standard",
      "output. A file is NAME.sallyport-part until it is whole; --resume continues with what is there.",
      "With -r a directory goes into a directory that exists, else it becomes the one that you name.",
    ],
  ],
  put: [
    "Uploads files.",
    [
      "A URL that ends in / is a directory to put them into; another names the file, or with -r the",
      "directory, itself. - is standard input. A broken upload stays at the server; --resume continues it.",
      "With sftp:// the file is NAME.sallyport-part there until it is whole.",
    ],
  ],
  ls: [
    "Lists directories.",
    ["One line for each file: its type, size, time (Z: UTC; else the server's own clock) and name."],
  ],
  cp: [
    "Copies files from server to server.",
    [
      "Where both servers allow it they send to each other (third-party transfer), else the files go",
      "through this machine; each line says which. A URL that ends in / is a directory to copy into.",
      "From or to sftp:// files always go through this machine.",
    ],
  ],
  rm: [
    "Removes files at a server.",
    [
      "With -r a directory goes with everything in it, hidden files too. A symbolic link itself goes;",
      "what it points to stays.",
    ],
  ],
  mkdir: ["Makes directories at a server.", []],
  mv: [
    "Renames and moves files at one server.",
    [
      "A last argument that ends in / is a directory to move into. A PATH begins in the login directory,",
      "with / at the root. Between two servers use cp.",
    ],
  ],
};

export function transferParser(verb: TransferVerb): Parser<ParsedTransferOptions> {
  const [title, more] = about[verb];
  return new Parser<ParsedTransferOptions>(
    {
      usage: [usageOf[verb]],
      about: [
        title,
        "",
        "URL is ftp://[user[:password]@]host[:port]/path or ftps://, with %20 for a space. A path begins",
        "in the login directory; ftp://host//path begins at the root. sftp://[user@]host[:port]/path begins",
        "at the root; sftp://host/~/path begins in the login directory.",
        ...more,
      ],
      notes: [
        "Without a user: ~/.netrc (which only you may read), else anonymous. Without a password: ~/.netrc,",
        "else the terminal. A password in a URL can be seen by others of this machine. With sftp:// SSH logs",
        "in, by your ~/.ssh/config, keys and agent, and asks by itself.",
        "Exit status: 0 all is done, 1 a transfer failed, 2 usage, 255 SSH failed, 130 Ctrl-C.",
      ],
      column: 34,
    },
    [{ title: "Options", rows: optionsOfVerb(verb) }],
  ).operands("[names...]");
}

/** Throws `USAGE_INVALID`. Options may stand anywhere. */
export function parseTransfer(verb: TransferVerb, args: readonly string[]): TransferCommand {
  const parser = transferParser(verb).parseArgs(args);
  const { values } = parser;
  const order = readers[verb](parser.args, values);
  const urls = urlsOf(order);
  checkSftpUrls(urls, values);
  const hasSftp = urls.some(({ scheme }) => scheme === "sftp");
  const via = viaOf(values, { isThere: hasSftp, hint: "name an sftp:// host" });
  // What is for SSH stands in `via` and `sftp`.
  const { via: _, port, identityFiles, configFile, jump, options, transport, ...own } = values;
  const sessions = values.recursive && movingVerbs.includes(verb) ? "auto" : defaults.sessions;
  return {
    kind: "transfer",
    order,
    ...defaults,
    sessions,
    ...own,
    sftp: sftpAccess(values, via),
    ...definedProps({ via }),
  };
}

function urlsOf(order: Order): readonly FtpUrl[] {
  if (order.verb === "put") return [order.destination];
  return order.verb === "cp" || order.verb === "mv" ? [...order.sources, order.destination] : order.sources;
}

type Reader = (names: readonly string[], values: ParsedTransferOptions) => Order;

const readers: Readonly<Record<TransferVerb, Reader>> = {
  get: readGet,
  put: readPut,
  ls: readList,
  cp: readCopy,
  rm: readRemove,
  mkdir: readMake,
  mv: readMove,
};

function readGet(names: readonly string[], values: ParsedTransferOptions): Order {
  const last = names.at(-1);
  const destination = last === undefined || looksLikeUrl(last) ? undefined : last;
  const sources = (destination === undefined ? names : names.slice(0, -1)).map(readUrl);
  if (sources.length === 0) throw incomplete("get", "the URL to download is missing");
  assertRecursive(sources, values);
  const isOne = sources.length === 1 && sources[0]?.pattern === undefined;
  if (destination === "-" && (values.recursive || values.resume || values.json || !isOne)) {
    throw usageError("standard output can only take one whole file", "Leave -r, --resume and --json out.");
  }
  return { verb: "get", sources, ...definedProps({ destination }) };
}

function readPut(names: readonly string[], values: ParsedTransferOptions): Order {
  const last = names.at(-1);
  if (last === undefined || names.length < 2) throw incomplete("put", "put needs a file and a URL");
  const sources = names.slice(0, -1);
  const stray = sources.find(looksLikeUrl);
  if (stray !== undefined)
    throw usageError(`"${redactUrl(stray)}" is not a file on this machine`, "Between two servers use sallyport cp.");
  const destination = readUrl(last);
  if (sources.length > 1) assertDirectory(destination, "several files");
  if (sources.includes("-")) {
    if (destination.directory) throw usageError("standard input has no name", "Name the file in the URL.");
    if (values.recursive || values.resume)
      throw usageError("standard input can only be uploaded whole", "Leave -r and --resume out.");
  }
  return { verb: "put", sources, destination };
}

function readList(names: readonly string[]): Order {
  if (names.length === 0) throw incomplete("ls", "the URL to list is missing");
  return { verb: "ls", sources: names.map(readUrl) };
}

function readCopy(names: readonly string[], values: ParsedTransferOptions): Order {
  const last = names.at(-1);
  if (last === undefined || names.length < 2) throw incomplete("cp", "cp needs two URLs");
  const [sources, destination] = [names.slice(0, -1).map(readUrl), readUrl(last)];
  assertRecursive(sources, values);
  if (areSeveral(sources)) assertDirectory(destination, "several files");
  return { verb: "cp", sources, destination };
}

function readRemove(names: readonly string[], values: ParsedTransferOptions): Order {
  if (names.length === 0) throw incomplete("rm", "the URL to remove is missing");
  const sources = names.map(readUrl);
  for (const { segments } of sources) {
    if (segments.length > 0 && segments.join("") !== "/") continue;
    throw usageError("the URL has no path: it would remove everything", "Name what to remove.");
  }
  assertRecursive(sources, values);
  return { verb: "rm", sources };
}

function readMake(names: readonly string[]): Order {
  if (names.length === 0) throw incomplete("mkdir", "the URL to make is missing");
  const sources = names.map(readUrl);
  if (sources.some(({ segments }) => segments.length === 0)) throw incomplete("mkdir", "the URL names no directory");
  return { verb: "mkdir", sources };
}

/** The last argument may be a path at the server of the first. */
function readMove(names: readonly string[]): Order {
  const last = names.at(-1);
  if (last === undefined || names.length < 2) throw incomplete("mv", "mv needs a URL and where to");
  const sources = names.slice(0, -1).map(readUrl);
  const [first] = sources;
  const destination = looksLikeUrl(last) || first === undefined ? readUrl(last) : placeAt(first, last);
  if (!sources.every((source) => isSameServer(source, destination))) {
    throw usageError("mv works at one server, and these are two", "Use sallyport cp, then sallyport rm.");
  }
  if (areSeveral(sources)) assertDirectory(destination, "several files");
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

function assertRecursive(sources: readonly FtpUrl[], { recursive }: ParsedTransferOptions): void {
  if (recursive || !sources.some(({ directory }) => directory)) return;
  throw usageError("the URL ends in /: it is a directory", "Add -r for everything in it.");
}

const areSeveral = (sources: readonly FtpUrl[]): boolean =>
  sources.length > 1 || sources.some(({ pattern }) => pattern !== undefined);

function assertDirectory(url: FtpUrl, what: string): void {
  if (!url.directory) throw usageError(`${what} need a directory to go to`, "End the last URL in a /.");
}

function incomplete(verb: TransferVerb, message: string): Error {
  return usageError(message, `Write sallyport ${usageOf[verb]}.`);
}
