// `sallyport ftp`: its help, and from the command line to where to connect and how.

import type { DataMode } from "../../client/client-options.ts";
import type { Target } from "../../prompt/shell.ts";
import type { NameEncoding } from "../../protocol/client/name-bytes.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import { looksLikeUrl, parseFtpUrl } from "../../protocol/url/parse-ftp-url.ts";
import { urlPath } from "../../protocol/url/url-path.ts";
import { readPort } from "../../text/read-port.ts";
import { usageError } from "../../text/usage-error.ts";
import type { OptionGroup } from "../command-line/option-table.ts";
import { Parser } from "../command-line/parser.ts";
import { isHostName, nameEncoding } from "../command-line/values.ts";
import { type Via, viaOf, viaRows } from "../command-line/via-option.ts";
import { explainRow, modeRows, type ParsedClientOptions, rootsRow } from "../transfer/transfer-options.ts";

export interface FtpCommand {
  readonly kind: "ftp";
  /** Absent: the prompt begins without a session. */
  readonly target?: Target;
  /** Directory to begin in. */
  readonly directory?: string;
  readonly mode: "auto" | DataMode;
  readonly tls?: "explicit" | "implicit";
  /** File with roots to trust. */
  readonly tlsCa?: string;
  readonly encoding?: NameEncoding;
  readonly debug: boolean;
  readonly quiet: boolean;
  /** Errors in their long form. */
  readonly explain: boolean;
  readonly via?: Via;
}

export function ftpParser(): Parser<ParsedFtpOptions> {
  return new Parser(
    {
      usage: ["ftp [options] [[user@]host [port]]", "ftp [options] ftp://[user@]host[:port]/directory"],
      about: ["The FTP client."],
      notes: [
        "At the prompt `help` shows the commands; Tab completes, Ctrl-C ends a transfer and not the program.",
        "User and password come from the command line, from ~/.netrc (which only you may read), or are",
        "asked for. Commands may come from a pipe: then nothing is asked, the first one that fails ends the",
        "program with its exit status, and a `-` before a command lets its failure pass.",
      ],
      column: 34,
    },
    [ftpOptions],
  ).operands("[host]", "[port]");
}

/** Throws `USAGE_INVALID`. */
export function parseFtp(args: readonly string[]): FtpCommand {
  const { values, args: operands } = ftpParser().parseArgs(args);
  const [destination, port] = operands;
  const { mode = "auto", tls, tlsCa, encoding, debug = false, quiet = false, explain = false } = values;
  const place = destination === undefined ? {} : placeOf(destination, port);
  const via = viaOf(values);
  return { kind: "ftp", ...definedProps({ tls, tlsCa, encoding, via }), ...place, mode, debug, quiet, explain };
}

function placeOf(text: string, port: string | undefined): Pick<FtpCommand, "target" | "directory" | "tls"> {
  if (looksLikeUrl(text)) return placeOfUrl(text, port);
  const at = text.lastIndexOf("@");
  const host = text.slice(at + 1).replace(/^\[(.*)\]$/, "$1");
  if (!isHostName(host)) throw usageError(`"${host}" is not a host name`, "Write sallyport ftp [user@]host [port].");
  return {
    target: {
      host,
      ...(at === -1 ? {} : { user: text.slice(0, at) }),
      ...(port === undefined ? {} : { port: readPort(port, "ftp") }),
    },
  };
}

function placeOfUrl(text: string, port: string | undefined): Pick<FtpCommand, "target" | "directory" | "tls"> {
  const url = parseFtpUrl(text);
  if (url.scheme === "sftp") throw usageError("sallyport ftp speaks FTP, not SFTP", "Name an FTP server.");
  if (port !== undefined)
    throw usageError(`unexpected argument "${port}"`, "The port is in the URL: ftp://host:port/.");
  const directory = urlPath(url);
  return {
    target: {
      host: url.host,
      ...definedProps({ port: url.port, user: url.user }),
      ...(url.password === undefined ? {} : { password: url.password.reveal() }),
    },
    ...(directory === "" ? {} : { directory }),
    ...(url.scheme === "ftps" ? { tls: "implicit" as const } : {}),
  };
}

export interface ParsedFtpOptions extends ParsedClientOptions {
  readonly tls?: "explicit" | "implicit";
}

export const ftpOptions: OptionGroup<ParsedFtpOptions> = {
  title: "Options",
  rows: [
    { flags: "-d", key: "debug", help: "show the commands that are sent, the password as XXXX" },
    { flags: "-q", key: "quiet", help: "do not show the server's replies" },
    explainRow,
    ...modeRows,
    {
      flags: "--encoding <NAME>",
      key: "encoding",
      read: nameEncoding,
      help: "how the server writes names: utf8 (default) or latin1",
    },
    { flags: "--tls", key: "tls", set: "explicit", help: "TLS, by AUTH TLS; nothing is ever sent without it" },
    { flags: "--implicit-tls", key: "tls", set: "implicit", help: "TLS from the first byte, on port 990" },
    rootsRow,
    ...viaRows(),
  ],
};
