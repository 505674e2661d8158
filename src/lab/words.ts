// Words that scenarios share.

/** How the FTP client arranges its data connections. */
export type FrontMode = "PASV" | "EPSV" | "PORT" | "EPRT" | "default-port";

export type BackModeName = "auto" | "passive" | "active" | "default-port";

/** What follows `ssh -N`, apart from the host. */
export interface SshWords {
  readonly to: string;
  /** `[bind:]port:host:hostport` */
  readonly local?: readonly string[];
  readonly remote?: readonly string[];
  /** `[bind:]port` of a SOCKS server. */
  readonly dynamic?: readonly string[];
  /** -g */
  readonly isForAll?: boolean;
}
