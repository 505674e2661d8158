// A setting that the doctor advises on: what is planted, and which words of the table's remedies are to mend it.
import type { RemedyAt } from "../../src/protocol/findings/finding.ts";
import type { FindingId } from "../../src/protocol/findings/findings.ts";
import type { FtpServerOptions } from "../support/ftp-server-options.ts";

export type Kind = RemedyAt;

/**
 * `here` (default): the doctor and the server on this machine. `relay`: control comes from another address than data. `ssh`: an sshd
 * beside it. `two servers`: files from one to the other. `hosts`: two hosts and a cable, with sshd at the server; `server elsewhere`:
 * sshd is another host than the FTP server.
 */
export type World = "here" | "relay" | "ssh" | "two servers" | "hosts" | "hosts and ssh" | "server elsewhere";

export interface AdviceCase {
  readonly id: FindingId;
  /** Whose setting it is. */
  readonly at: Kind;
  /** The FTP server, where the setting is not its own. Default vsftpd. */
  readonly server?: Kind;
  /** Lines of its configuration that are wrong. */
  readonly fault: readonly string[];
  /** What the table shows, where lines are not all. */
  readonly planted?: string;
  /** Each is looked for in the remedies of this finding; what it finds is set. */
  readonly advised: readonly RegExp[];
  /** Puts real values for the words that stand for them. */
  readonly fill?: (text: string) => string;
  /** From the words of the remedy to a line of the configuration. */
  readonly line?: (text: string) => string;
  /** The advice is to have no such line. */
  readonly removes?: true;
  readonly world?: World;
  /** Options of the doctor. */
  readonly words?: readonly string[];
  readonly around?: readonly string[];
  readonly options?: FtpServerOptions;
  /** The server speaks TLS; true: so does the doctor. */
  readonly tls?: boolean;
  /** The host in the URL. */
  readonly url?: string;
  /** Options before the key in authorized_keys. */
  readonly keyOptions?: string;
  /** A directory there that the user may write to, in one that he may not. */
  readonly uploads?: string;
  /** A port that another program has. */
  readonly taken?: number;
  /** nft commands; PORT is the control port. */
  readonly filter?: readonly string[];
  readonly filterAt?: "client" | "server";
}

export const serverAddress = "10.77.1.2";
export const passive = ["--mode", "EPSV", "--mode", "PASV"];
export const active = ["--mode", "EPRT", "--mode", "PORT"];
export const limit = (commands: string): string => `<Limit ${commands}>\nDenyAll\n</Limit>`;
export const address = (text: string): string => text.replace(/[A-Z]+(?:-[A-Z]+)+/, serverAddress);
export const option = (text: string): string => `--${text.split(" ")[0]?.toLowerCase()}`;

export const dropped = [
  "add table inet filter",
  "add chain inet filter input { type filter hook input priority 0 ; policy drop ; }",
  "add rule inet filter input iif lo accept",
  "add rule inet filter input ct state established,related accept",
];

/** With an address beside the private ones: only of public ones the doctor is sure that they are different hosts. */
export const sshAddress = "198.51.100.2";
