// What a URL names.

import { encodeName, type NameEncoding } from "../client/name-bytes.ts";
import type { Secret } from "../secret.ts";

export type UrlScheme = "ftp" | "ftps" | "sftp";

export interface FtpUrl {
  /** `ftps`: TLS from the first byte (implicit), as with curl and lftp. */
  readonly scheme: UrlScheme;
  /** Name or address; an IPv6 address without brackets, with its zone if it has one. */
  readonly host: string;
  /** 1 to 65535; absent: the usual one, 21, 990 with `ftps`, 22 with `sftp`. */
  readonly port?: number;
  /** Absent: none is named, which is not the same as an empty one. */
  readonly user?: string;
  readonly password?: Secret;
  /**
   * The names of the path, none of them empty. Relative to the login directory, unless the first begins with `/`
   * (`ftp://host//etc/motd` and `ftp://host/%2Fetc/motd` are `["/etc", "motd"]`).
   */
  readonly segments: readonly string[];
  /**
   * The last name as a pattern, where `*`, `?` or `[` stands in it and is not written in percent. A command that takes patterns
   * means the names that match it, and the name itself; others mean the name.
   */
  readonly pattern?: string;
  /** The path ends in `/`, or is empty. */
  readonly directory: boolean;
  /** `;type=`: ASCII, binary, or a list of names. */
  readonly type?: "a" | "i" | "d";
}

// Writes a URL so that parseFtpUrl reads the same from it.

export interface FormatFtpUrlOptions {
  /** `hidden` (default): left out, for messages and logs. `shown`: for whoever asked for it. */
  readonly password?: "hidden" | "shown" | undefined;
  /** What percent-encoded bytes are; default UTF-8. */
  readonly encoding?: NameEncoding | undefined;
}

/** @throws SallyportError `FS_NAME_INVALID` for CR, LF, NUL, and what the encoding has not. */
export function formatFtpUrl(url: FtpUrl, options: FormatFtpUrlOptions = {}): string {
  const encode = (part: string): string => percentEncode(encodeName(part, options.encoding ?? "utf8"));
  const password =
    options.password === "shown" && url.password !== undefined ? `:${encode(url.password.reveal())}` : "";
  const user = url.user === undefined ? "" : `${encode(url.user)}${password}@`;
  const host = url.host.includes(":") ? `[${url.host.replace("%", "%25")}]` : url.host;
  const port = url.port === undefined ? "" : `:${url.port}`;
  const type = url.type === undefined ? "" : `;type=${url.type}`;
  return `${url.scheme}://${user}${host}${port}${pathOf(url, encode)}${type}`;
}

function pathOf({ scheme, segments, directory }: FtpUrl, encode: (part: string) => string): string {
  const [first, ...rest] = segments;
  if (first === undefined) return scheme === "sftp" ? "/~/" : "/";
  const names = [first.replace(/^\//, ""), ...rest].map(encode).join("/");
  const end = directory && names !== "" ? "/" : "";
  if (scheme === "sftp") return `${first.startsWith("/") ? "/" : "/~/"}${names}${end}`;
  return `${first.startsWith("/") ? "//" : "/"}${names}${end}`;
}

/** All but what RFC 3986 section 2.3 calls unreserved. */
function percentEncode(bytes: string): string {
  return bytes.replace(
    /[^A-Za-z0-9._~-]/g,
    (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
}

// URLs in messages: broken ones too, so by their letters and not by their parts.

const shapes = [/^([a-z][a-z0-9+.-]*:\/\/[^/:@]*):[\s\S]*@/i, /^([^/:@]*):(?!\/\/)[\s\S]*@/];

/** The text with what may be a password replaced by `***`: all from the colon behind the user to the last `@`. */
export function redactUrl(text: string): string {
  const shape = shapes.find((candidate) => candidate.test(text));
  return shape === undefined ? text : text.replace(shape, "$1:***@");
}
