// The options that ssh does not have.

import { readAddress, readCidr, readIpv4 } from "./address.ts";
import { chooseWord } from "./choose-word.ts";
import type { OptionRow } from "./option-row.ts";
import { parsePortRange } from "./port-number.ts";
import { usageError } from "./usage-error.ts";

const transports = ["auto", "openssh", "embedded"] as const;
const backModes = ["auto", "passive", "active", "default-port"] as const;
const logFormats = ["text", "json"] as const;

export const sallyportOptions: readonly OptionRow[] = [
  {
    long: "--ssh",
    values: ["auto|openssh|embedded"],
    group: "ssh",
    help: "which SSH carries the tunnel (auto)",
    more: "`openssh` runs the system's own ssh, with its configuration, agent, hardware keys and questions. `embedded` is the SSH inside Sallyport. `auto` takes openssh where an ssh that can multiplex is found.",
    apply: (draft, value) => {
      draft.transport = chooseWord(value, transports, "--ssh");
    },
  },
  {
    long: "--back",
    values: ["auto|passive|active|default-port"],
    group: "ftp",
    help: "how data connections reach the FTP server (auto)",
    more: "Independent of the mode that the FTP client uses. `passive`: EPSV, else PASV. `active`: the server connects to the SSH host, which must allow remote forwarding. `default-port`: neither PORT nor PASV is sent (RFC 959 section 3.2). `auto`: passive, else active.",
    apply: (draft, value) => {
      draft.back = chooseWord(value, backModes, "--back");
    },
  },
  {
    long: "--back-address",
    values: ["ADDRESS"],
    group: "ftp",
    help: "the SSH host's address as the FTP server sees it, for active",
    more: "Needed when the FTP server is another machine than the SSH host and sees it under another address than you do.",
    apply: (draft, value) => {
      draft.backAddress = readAddress(value, "--back-address");
    },
  },
  {
    long: "--passive-ports",
    values: ["A-B"],
    group: "ftp",
    help: "ports for the data listeners here (any free port)",
    apply: (draft, value) => {
      draft.passivePorts = parsePortRange(value, "--passive-ports");
    },
  },
  {
    long: "--passive-address",
    values: ["EXTERNAL-IP", "CIDR"],
    group: "ftp",
    help: "address sent in 227 to clients in that network (repeatable)",
    more: "For clients that reach this machine through NAT. The most specific network that contains the client wins; `0.0.0.0/0` is everyone. Without it, 227 names the address at which the client reached Sallyport.",
    apply: (draft, address, cidr) =>
      void draft.passiveAddresses.push({
        address: readIpv4(address, "--passive-address"),
        cidr: readCidr(cidr, "--passive-address", { ipv4Only: true }),
      }),
  },
  {
    long: "--allow-third-party",
    values: ["CIDR"],
    group: "ftp",
    help: "let PORT and EPRT name hosts of this network (repeatable)",
    more: "Otherwise only the client's own address is allowed, and this gateway's own data listeners (third-party transfers). An open allowance lets clients aim at other machines (RFC 2577 section 3).",
    apply: (draft, value) => void draft.allowThirdParty.push(readCidr(value, "--allow-third-party")),
  },
  {
    long: "--check-user",
    group: "ftp",
    help: "drop data connections of other users of this machine",
    more: "For hosts with several users, where the address alone does not distinguish the FTP client from somebody else. Linux only; elsewhere it changes nothing. Each connection then costs a look through /proc/net/tcp, some milliseconds where there are thousands of sockets.",
    apply: (draft) => {
      draft.checkUser = true;
    },
  },
  {
    long: "--keepalive",
    values: ["SECONDS"],
    group: "ftp",
    help: "NOOP to the server this often during transfers, 0 never (60)",
    more: "Keeps firewalls and the server from forgetting a quiet control connection. The FTP client does not see the replies. SSH's own keepalive is `-o ServerAliveInterval`.",
    apply: (draft, value) => {
      draft.keepaliveMs = 1000 * wholeNumber(value, "--keepalive", 0, 86_400);
    },
  },
  {
    long: "--remove-aborted",
    group: "ftp",
    help: "delete what an aborted upload left at the server",
    more: "Where the server takes the part for the whole file, as vsftpd and ProFTPD do: they read no ABOR before the data ends. Without this option the log says so. Deletes only what STOR without REST has written.",
    apply: (draft) => {
      draft.removeAborted = true;
    },
  },
  {
    long: "--max-sessions",
    values: ["N"],
    group: "ftp",
    help: "control connections at the same time (1000)",
    apply: (draft, value) => {
      draft.sessionsMax = wholeNumber(value, "--max-sessions", 1, 1_000_000);
    },
  },
  {
    short: "-v",
    group: "output",
    help: "log more, up to -vvv",
    more: "Also passed on to ssh. `-v` reports sessions and transfers, `-vv` details and, for a fault of Sallyport's, the stack.",
    apply: (draft) => {
      draft.verbosity += 1;
    },
  },
  {
    short: "-q",
    group: "output",
    help: "show errors only",
    apply: (draft) => {
      draft.quiet = true;
    },
  },
  {
    long: "--log",
    values: ["text|json"],
    group: "output",
    help: "report sessions, transfers and SSH on standard error",
    more: "`json`: one object per line, in pino's format.",
    apply: (draft, value) => {
      draft.log = chooseWord(value, logFormats, "--log");
    },
  },
  {
    long: "--trace",
    values: ["FILE"],
    optional: true,
    group: "output",
    help: "both sides of every session, side by side, secrets hidden",
    more: "Without FILE (or with `-`) to standard error. FILE is made readable by you alone, and is appended to. A word after --trace is the FILE unless the command line would then have no destination; `--trace=FILE` is always clear.",
    apply: (draft, file) => {
      draft.trace = file === "" || file === "-" ? {} : { file };
    },
  },
  {
    long: "--json",
    group: "output",
    help: "ready, closed and error lines as JSON",
    more: "See [Output](#output).",
    apply: (draft) => {
      draft.json = true;
    },
  },
];

function wholeNumber(text: string, what: string, least: number, most: number): number {
  const value = /^[0-9]{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw usageError(`${what}: "${text}" is not a whole number from ${least} to ${most}`, `For example ${what} 60.`);
}
