// Reads a URL. What is doubtful is refused: a guess would fetch or overwrite another file.
import { decodeName, type NameEncoding } from "../client/name-bytes.ts";
import { definedProps } from "../defined-props.ts";
import { SallyportError } from "../error.ts";
import { ipFamily } from "../ip-address.ts";
import { isPattern } from "../listing/glob.ts";
import { printable } from "../printable.ts";
import { Secret } from "../secret.ts";
import type { FtpUrl, UrlScheme } from "./ftp-url.ts";
import { redactUrl } from "./ftp-url.ts";

const schemes: ReadonlySet<string> = new Set<UrlScheme>(["ftp", "ftps", "sftp"]);

/** True for what begins like a URL of any scheme: it is no name of a local file then. */
export function looksLikeUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
}

/**
 * `scheme://[user[:password]@]host[:port][/path][;type=a|i|d]`. `encoding` is what percent-encoded bytes are, default UTF-8.
 * With `sftp` a path is absolute, and `/~/path` relative to the login directory, as with curl.
 * @throws SallyportError `USAGE_INVALID`; the message shows no password.
 */
export function parseFtpUrl(text: string, encoding: NameEncoding = "utf8"): FtpUrl {
  const reader = new PartReader(text, encoding);
  const [, scheme, authority = "", rawPath = ""] = /^([^:/]+):\/\/([^/]*)([\s\S]*)$/.exec(text) ?? [];
  const name = scheme?.toLowerCase();
  if (!isScheme(name))
    throw reader.fault("is not an ftp://, ftps:// or sftp:// URL", "Write it as ftp://[user@]host/path.");
  if (text.includes("#"))
    throw reader.fault("has a # in it, which begins a part that FTP has not", "In a URL a # is written %23.");
  const [pathText, type] = takeType(rawPath, name, reader);
  return {
    scheme: name,
    ...readAuthority(authority, reader),
    ...readPath(name === "sftp" ? sftpPath(pathText) : pathText, reader),
    ...definedProps({ type }),
  };
}

class PartReader {
  readonly #text: string;
  readonly #encoding: NameEncoding;

  constructor(text: string, encoding: NameEncoding) {
    this.#text = text;
    this.#encoding = encoding;
  }

  fault(why: string, hint: string): SallyportError {
    return new SallyportError("USAGE_INVALID", `"${printable(redactUrl(this.#text), 200)}" ${why}`, { hint });
  }

  /** One part with its percent-encoding undone. */
  decode(part: string): string {
    if (/%(?![0-9a-f]{2})/i.test(part))
      throw this.fault("has a broken % in it", "In a URL a percent sign is written %25.");
    const decoded = part.replace(/(?:%[0-9a-f]{2})+/gi, (run) =>
      decodeName(
        run.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
        this.#encoding,
      ),
    );
    if (!/[\r\n\0]/.test(decoded)) return decoded;
    throw this.fault(
      "has a line end or a NUL in it",
      "No user, password or file of FTP can have one: they would make two commands of one.",
    );
  }
}

function isScheme(name: string | undefined): name is UrlScheme {
  return name !== undefined && schemes.has(name);
}

/** Only at the very end, and not with SFTP, where a name may end so. */
function takeType(path: string, scheme: UrlScheme, reader: PartReader): readonly [string, FtpUrl["type"]] {
  const match = scheme === "sftp" ? null : /;type=([^/;]*)$/i.exec(path);
  if (match === null) return [path, undefined];
  const type = match[1]?.toLowerCase();
  if (type !== "a" && type !== "i" && type !== "d") {
    throw reader.fault("has an unknown ;type=", "Types are a (text), i (binary) and d (a list of names).");
  }
  return [path.slice(0, match.index), type];
}

/** The last `@` ends the password, as with curl: people forget to encode theirs. */
function readAuthority(authority: string, reader: PartReader): Pick<FtpUrl, "host" | "port" | "user" | "password"> {
  const at = authority.lastIndexOf("@");
  const [, bracketed, name, port = ""] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d*))?$/.exec(authority.slice(at + 1)) ?? [];
  const host = bracketed?.replace(/%25(?=[^%]+$)/, "%") ?? name ?? "";
  if (bracketed === undefined ? !isHostName(host) : ipFamily(host) !== 6) {
    throw reader.fault(
      "names no host",
      "The host is a name, an IPv4 address, or an IPv6 address in [brackets]; a port is digits behind a colon.",
    );
  }
  const number = Number(port);
  if (port !== "" && (number < 1 || number > 65535))
    throw reader.fault("has no port from 1 to 65535", "Leave it out for the usual one.");
  return {
    host,
    ...(port === "" ? {} : { port: number }),
    ...(at === -1 ? {} : readUser(authority.slice(0, at), reader)),
  };
}

/** What begins with `-` would be an option for programs that the host is given to. */
function isHostName(host: string): boolean {
  return ipFamily(host) === 4 || /^[\p{L}\p{N}_][\p{L}\p{N}._-]*$/u.test(host);
}

function readUser(text: string, reader: PartReader): Pick<FtpUrl, "user" | "password"> {
  const colon = text.indexOf(":");
  const user = reader.decode(colon === -1 ? text : text.slice(0, colon));
  return colon === -1 ? { user } : { user, password: new Secret(reader.decode(text.slice(colon + 1))) };
}

/** curl's way: from the root, unless the first name is `~`. To FTP's way: from the login directory, unless it begins with `//`. */
function sftpPath(path: string): string {
  return path === "/~" || path.startsWith("/~/") ? path.slice(2) : path.replace(/^\/?/, "//");
}

function readPath(path: string, reader: PartReader): Pick<FtpUrl, "segments" | "directory" | "pattern"> {
  const names = path.slice(1).split("/");
  const last = names.filter((name) => name !== "").at(-1) ?? "";
  const absolute = names.length > 1 && names[0] === "";
  const segments = names.filter((name) => name !== "").map((name) => reader.decode(name));
  if (absolute) segments.unshift(`/${segments.shift() ?? ""}`.replace(/^\/+/, "/"));
  return {
    segments,
    ...(isPattern(last) ? { pattern: patternOf(last, reader) } : {}),
    directory: names.at(-1) === "" || segments.length === 0,
  };
}

/** What is written in percent stands for itself. */
function patternOf(name: string, reader: PartReader): string {
  return name.replace(/((?:%[0-9a-f]{2})+)|[^%]+/gi, (part, encoded: string | undefined) => {
    const decoded = reader.decode(part);
    return encoded === undefined ? decoded : decoded.replace(/[*?[]/g, "[$&]");
  });
}
