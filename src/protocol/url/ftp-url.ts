// What a URL names.
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
