// The options of a tunnel that ssh does not have, and all groups of its options.
import type { PortRange } from "../../platform/network.ts";
import { limits } from "../../protocol/limits.ts";
import type { BackMode, PassiveAddress } from "../../tunnel/options.ts";
import type { OptionGroup } from "./option-table.ts";
import {
  acceptedOptions,
  forwardOptions,
  type ParsedForwardOptions,
  type ParsedSshOptions,
  refusedOptions,
  sshOptions,
} from "./ssh-options.ts";
import { type ParsedTlsOptions, tlsOptions } from "./tunnel-tls-options.ts";
import {
  address,
  cidr,
  count,
  each,
  ipv4,
  ipv4Cidr,
  oneOf,
  onOff,
  plainText,
  portRange,
  seconds,
  wholeNumber,
} from "./values.ts";

export type LogFormat = "text" | "json";

export interface ParsedOutputOptions {
  /** How many -v. */
  readonly verbosity?: number;
  readonly quiet?: boolean;
  readonly json?: boolean;
  readonly log?: LogFormat;
  /** Present: trace. `file` absent: to standard error. */
  readonly trace?: { readonly file?: string };
}

interface ParsedFtpOptions {
  readonly back?: BackMode;
  readonly backAddress?: string;
  readonly passivePorts?: PortRange;
  readonly passiveAddresses?: readonly PassiveAddress[];
  readonly allowThirdParty?: readonly string[];
  readonly allowUsers?: readonly string[];
  readonly checkUser?: boolean;
  readonly check?: "wait";
  readonly keepaliveMs?: number;
  readonly removeAborted?: boolean;
  readonly surviveMs?: number;
  readonly holdMs?: number;
  readonly sessionsMax?: number;
}

export type ParsedTunnelOptions = ParsedSshOptions &
  ParsedForwardOptions &
  ParsedFtpOptions &
  ParsedTlsOptions &
  ParsedOutputOptions;

/** Without FILE, or with `-`, to standard error. */
export const traceTo = (file: string): { readonly file?: string } => (file === "" || file === "-" ? {} : { file });

/** Also of the server. */
export const checkUserMore =
  "A data connection from this machine must be the same user's as its control connection, or root's: on loopback all have one address. Linux only, elsewhere it changes nothing. `off` is for a client whose data connections a proxy of another user makes. It costs a look for one row of /proc/net/tcp, beside what the transfer waits for anyway.";

/** Without a number, the usual one. */
const surviveSeconds = (text: string, flag: string): number =>
  text === "" ? limits.surviveMs : seconds(1)(text, flag);

/** Also of the server. */
export const allowUserMore =
  "Others get 421, and so does everybody from another machine, and root unless named: programs of root's connect for others. A name that `id` knows, or a number. Linux only.";

const ftpOptions: OptionGroup<ParsedFtpOptions> = {
  title: "FTP",
  rows: [
    {
      flags: "--back <auto|passive|active|default-port>",
      key: "back",
      read: oneOf(["auto", "passive", "active", "default-port"]),
      help: "how data connections reach the FTP server (auto)",
      more: "Independent of the mode that the FTP client uses. `passive`: EPSV, else PASV. `active`: the server connects to the SSH host, which must allow remote forwarding. `default-port`: neither PORT nor PASV is sent (RFC 959 section 3.2). `auto`: passive, else active.",
    },
    {
      flags: "--back-address <ADDRESS>",
      key: "backAddress",
      read: address,
      help: "the SSH host's address as the FTP server sees it, for active",
      more: "Needed when the FTP server is another machine than the SSH host and sees it under another address than you do.",
    },
    {
      flags: "--passive-ports <A-B>",
      key: "passivePorts",
      read: portRange,
      help: "ports for the data listeners here (any free port)",
    },
    {
      flags: "--passive-address <EXTERNAL-IP> <CIDR>",
      key: "passiveAddresses",
      read: each((ip, flag, _, network) => ({ address: ipv4(ip, flag), cidr: ipv4Cidr(network, flag) })),
      help: "address sent in 227 to clients in that network (repeatable)",
      more: "For clients that reach this machine through NAT. The most specific network that contains the client wins; `0.0.0.0/0` is everyone. Without it, 227 names the address at which the client reached Sallyport.",
    },
    {
      flags: "--allow-third-party <CIDR>",
      key: "allowThirdParty",
      read: each(cidr),
      help: "let PORT and EPRT name hosts of this network (repeatable)",
      more: "Otherwise only the client's own address is allowed, and this gateway's own data listeners (third-party transfers). An open allowance lets clients aim at other machines (RFC 2577 section 3).",
    },
    {
      flags: "--allow-user <NAME>",
      key: "allowUsers",
      read: each(plainText),
      help: "let only this user of this machine connect (repeatable)",
      more: allowUserMore,
    },
    {
      flags: "--check-user <on|off>",
      key: "checkUser",
      read: onOff,
      help: "drop data connections of other users (on)",
      more: checkUserMore,
    },
    {
      flags: "--check",
      key: "check",
      set: "wait",
      help: "be ready only when the FTP server greets through SSH",
      more: "Whether the SSH host may connect to it, and whether what listens there is an FTP server, is looked at once in any case, and a mistake is a warning; with this option it ends the program.",
    },
    {
      flags: "--keepalive <SECONDS>",
      key: "keepaliveMs",
      read: seconds(0),
      help: "NOOP to the server this often during transfers, 0 never (60)",
      more: "Keeps firewalls and the server from forgetting a quiet control connection. The FTP client does not see the replies. SSH's own keepalive is `-o ServerAliveInterval`.",
    },
    {
      flags: "--remove-aborted",
      key: "removeAborted",
      help: "delete what an aborted upload left at the server",
      more: "Where the server takes the part for the whole file, as vsftpd and ProFTPD do: they read no ABOR before the data ends. Without this option the log says so. Deletes only what STOR without REST has written.",
    },
    {
      flags: "--survive [SECONDS]",
      key: "surviveMs",
      read: surviveSeconds,
      help: "sessions and transfers outlive a lost connection (off; 120)",
      more: "When SSH or the FTP server's control connection is lost, the client waits up to SECONDS while both are made again: the login and everything that was set are repeated, and a transfer is resumed with REST where it stood: a download if SIZE and MDTM are what they were at its start, an upload behind what SIZE confirms, out of the last 16 MiB that were sent. What cannot be resumed for certain is reset with 426 or 421 as without the option: another file, no REST, TYPE A in the middle, APPE, STOU, and commands that must not be done twice. The users' passwords stay in this program's memory as long as their sessions. A word behind --survive that is no number is the destination. See [A lost connection](../guides/choosing-modes.md#when-the-connection-is-lost).",
    },
    {
      flags: "--hold <SECONDS>",
      key: "holdMs",
      read: seconds(1),
      help: "keep clients waiting this long while the SSH connection is down (15)",
      more: "A client that connects meanwhile gets the greeting late instead of 421. One that is connected and has not logged in is kept as well; one that has logged in needs --survive, and is then kept idle for the longer of the two.",
    },
    {
      flags: "--max-sessions <N>",
      key: "sessionsMax",
      read: wholeNumber(1, 1_000_000),
      help: "control connections at the same time (1000)",
    },
  ],
};

const outputOptions: OptionGroup<ParsedOutputOptions> = {
  title: "Output",
  rows: [
    {
      flags: "-v",
      key: "verbosity",
      read: count,
      help: "log more, up to -vvv",
      more: "Also passed on to ssh. `-v` reports sessions and transfers, `-vv` details and, for a fault of Sallyport's, the stack.",
    },
    { flags: "-q", key: "quiet", help: "show errors only" },
    {
      flags: "--log <text|json>",
      key: "log",
      read: oneOf(["text", "json"]),
      help: "report sessions, transfers and SSH on standard error",
      more: "`json`: one object per line, in pino's format.",
    },
    {
      flags: "--trace [FILE]",
      key: "trace",
      read: traceTo,
      help: "both sides of every session, side by side, secrets hidden",
      more: "Without FILE (or with `-`) to standard error. FILE is made readable by you alone, and is appended to. A word after --trace is the FILE unless the command line would then have no destination; `--trace=FILE` is always clear.",
    },
    {
      flags: "--json",
      key: "json",
      help: "ready, closed and error lines as JSON",
      more: "See [Output](#output).",
    },
  ],
};

/** In the order of help and reference. */
export const tunnelOptions: readonly OptionGroup<ParsedTunnelOptions>[] = [
  forwardOptions,
  sshOptions,
  ftpOptions,
  tlsOptions,
  outputOptions,
  acceptedOptions,
  refusedOptions,
];
