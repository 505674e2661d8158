// Writes a URL so that parseFtpUrl reads the same from it.
import { encodeName, type NameEncoding } from "../client/name-bytes.ts";
import type { FtpUrl } from "./ftp-url.ts";

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
