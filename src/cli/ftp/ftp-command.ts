// `sallyport ftp`: from words to where to connect and how.
import type { DataMode } from "../../client/client-options.ts";
import type { NameEncoding } from "../../protocol/client/name-bytes.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import { looksLikeUrl, parseFtpUrl } from "../../protocol/url/parse-ftp-url.ts";
import { urlPath } from "../../protocol/url/url-path.ts";
import { isHostName } from "../command-line/address.ts";
import { emptyDraft } from "../command-line/option-row.ts";
import { parsePort } from "../command-line/port-number.ts";
import { takeOptions } from "../command-line/take-options.ts";
import { usageError } from "../command-line/usage-error.ts";
import { type Via, type ViaDraft, viaOf } from "../command-line/via-option.ts";
import { ftpOptions } from "./ftp-options.ts";
import type { Target } from "./shell.ts";

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

export interface FtpDraft extends ViaDraft {
  debug: boolean;
  explain: boolean;
  mode?: DataMode;
  tls?: "explicit" | "implicit";
  tlsCa?: string;
  encoding?: NameEncoding;
}

/** Throws `USAGE_INVALID`. */
export function parseFtp(words: readonly string[]): FtpCommand {
  const draft: FtpDraft = { ...emptyDraft(), debug: false, explain: false };
  const [destination, ...afterHost] = takeOptions(words, draft, ftpOptions);
  const [port, ...more] = takeOptions(afterHost, draft, ftpOptions);
  if (more.length > 0) throw usageError(`unexpected argument "${more[0]}"`, "Write sallyport ftp [user@]host [port].");
  const place = destination === undefined ? {} : placeOf(destination, port);
  const via = viaOf(draft);
  return {
    kind: "ftp",
    ...definedProps({ tls: draft.tls }),
    ...place,
    mode: draft.mode ?? "auto",
    ...definedProps({ tlsCa: draft.tlsCa, encoding: draft.encoding }),
    debug: draft.debug,
    quiet: draft.quiet,
    explain: draft.explain,
    ...definedProps({ via }),
  };
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
      ...(port === undefined ? {} : { port: parsePort(port, "ftp") }),
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
