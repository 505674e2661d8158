// What a finding says: one thing that is wrong on the way, and what helps.
/** Whose setting or command it is. The servers as their greetings name them. */
export type RemedyAt =
  | "vsftpd"
  | "ProFTPD"
  | "Pure-FTPd"
  | "FileZilla Server"
  | "IIS"
  | "server"
  | "sshd_config"
  | "nftables"
  | "cloud firewall"
  | "client";

export interface FindingRow {
  /** Of docs/guides/scenarios.md. */
  readonly scenario?: string;
  readonly title: string;
  /** Two sentences. */
  readonly why: string;
  readonly remedies: readonly (readonly [at: RemedyAt, what: string])[];
  /** The command that needs no remedy; `SSH` and `FTP` stand for the hosts. */
  readonly instead?: string;
}

/** The Sallyport command that needs no setting of anybody's. */
export const tunnel = "sallyport -L 2121:FTP SSH, and the client to localhost 2121";
