// The options of `sallyport serve`, in the order of its help.

import { ipFamily } from "../../protocol/ip-address.ts";
import type { ServerListen, ServerOptions, ServerSsh } from "../../serve/options.ts";
import { readPort } from "../../text/read-port.ts";
import { usageError } from "../../text/usage-error.ts";
import type { OptionGroup } from "../command-line/option-table.ts";
import { allowUserMore, checkUserMore, type ParsedOutputOptions, traceTo } from "../command-line/tunnel-options.ts";
import {
  cidr,
  count,
  each,
  ipv4Cidr,
  oneOf,
  onOff,
  plainText,
  port,
  portRange,
  seconds,
  wholeNumber,
} from "../command-line/values.ts";

/** What the server is given as it is. */
type OfServer = Pick<
  ServerOptions,
  | ("listen" | "passwordFile" | "anonymous" | "passivePorts" | "passiveAddresses" | "active" | "activePort")
  | (
      | "activePortOnly"
      | "allowThirdParty"
      | "allowUsers"
      | "checkUser"
      | "atomicUploads"
      | "ascii"
      | "sync"
      | "sessionsMax"
      | "sessionsPerAddressMax"
    )
  | ("idleMs" | "loginMs" | "dataStallMs")
>;

type OfSshServer = Pick<ServerSsh, "authorizedKeysFile" | "hostKeyFile" | "permitOpen" | "gatewayPorts">;

export interface ParsedServeOptions extends ParsedOutputOptions, OfServer, OfSshServer {
  /** Their passwords are asked for. */
  readonly users?: readonly string[];
  /** Files to be read. */
  readonly certificate?: string;
  readonly key?: string;
  readonly requireTls?: boolean;
  readonly requireReuse?: boolean;
  readonly ssh?: Pick<ServerSsh, "host" | "port">;
}

const positive = wholeNumber(1, 1_000_000);

export const serveOptions: readonly OptionGroup<ParsedServeOptions>[] = [
  {
    title: "Listening",
    rows: [
      {
        flags: "--listen <[ADDRESS:]PORT>",
        key: "listen",
        read: each((text, flag) => listenAt(text, flag, false)),
        help: "where to listen (127.0.0.1:2121); * is every address (repeatable)",
      },
      {
        flags: "--implicit-tls <[ADDRESS:]PORT>",
        key: "listen",
        read: each((text, flag) => listenAt(text, flag, true)),
        help: "listen with TLS from the first byte, too (repeatable)",
      },
      {
        flags: "--allow-user <NAME>",
        key: "allowUsers",
        read: each(plainText),
        help: "let only this user of this machine connect, at --ssh too (repeatable)",
        more: allowUserMore,
      },
    ],
  },
  {
    title: "Users",
    rows: [
      {
        flags: "--user <NAME>",
        key: "users",
        read: each(plainText),
        help: "a user whose password is asked for now (repeatable)",
      },
      {
        flags: "--password-file <FILE>",
        key: "passwordFile",
        help: "users and scrypt hashes; `sallyport passwd` writes it",
      },
      {
        flags: "--anonymous",
        key: "anonymous",
        read: (_text, _flag, before = "read") => before,
        help: "let anybody read",
      },
      { flags: "--anonymous-write", key: "anonymous", set: "write", help: "let anybody read, and put new files" },
    ],
  },
  {
    title: "Data connections",
    rows: [
      {
        flags: "--passive-ports <A-B>",
        key: "passivePorts",
        read: portRange,
        help: "ports for passive data connections (any free port)",
      },
      {
        flags: "--passive-address <ADDRESS> <CIDR>",
        key: "passiveAddresses",
        read: each((address, flag, _, network) => ({ address, cidr: ipv4Cidr(network, flag) })),
        help: "address or name sent in 227 to that network (repeatable)",
      },
      { flags: "--no-active", key: "active", help: "never connect to clients: PORT and EPRT are refused" },
      {
        flags: "--active-port <PORT>",
        key: "activePort",
        read: port,
        help: "connect from this port if possible (control port - 1)",
      },
      {
        flags: "--active-port-only",
        key: "activePortOnly",
        conflicts: ["active"],
        help: "connect from that port or not at all",
      },
      {
        flags: "--allow-third-party <CIDR>",
        key: "allowThirdParty",
        read: each(cidr),
        help: "let PORT name hosts of this network (repeatable)",
      },
      {
        flags: "--check-user <on|off>",
        key: "checkUser",
        read: onOff,
        help: "drop data connections of other users (on)",
        more: checkUserMore,
      },
    ],
  },
  {
    title: "Files",
    rows: [
      {
        flags: "--atomic-uploads",
        key: "atomicUploads",
        help: "a file appears under its name only when it is complete",
      },
      {
        flags: "--ascii <convert|binary>",
        key: "ascii",
        read: oneOf(["convert", "binary"]),
        help: "whether TYPE A changes line ends (convert)",
      },
      { flags: "--no-sync", key: "sync", help: "send 226 before the file is on the disk" },
    ],
  },
  {
    title: "TLS",
    rows: [
      { flags: "--tls-certificate <FILE>", key: "certificate", help: "offer AUTH TLS with this certificate (PEM)" },
      { flags: "--tls-key <FILE>", key: "key", help: "the certificate's private key (PEM)" },
      { flags: "--require-tls", key: "requireTls", help: "no login and no data without TLS" },
      { flags: "--require-tls-reuse", key: "requireReuse", help: "data connections must resume the TLS session" },
    ],
  },
  {
    title: "SSH",
    rows: [
      {
        flags: "--ssh [[ADDRESS:]PORT]",
        key: "ssh",
        read: sshListen,
        help: "an SSH server too, for sallyport and sftp (127.0.0.1:2222)",
      },
      {
        flags: "--authorized-keys <FILE>",
        key: "authorizedKeysFile",
        help: "public keys that may log in; %u in FILE is the user's name",
      },
      {
        flags: "--host-key <FILE>",
        key: "hostKeyFile",
        help: "the server's own key, made if missing (in ~/.local/state/sallyport)",
      },
      {
        flags: "--permit-open <HOST:PORT>",
        key: "permitOpen",
        read: each(plainText),
        help: "let SSH clients connect there too; * is any host or port (repeatable)",
      },
      {
        flags: "--gateway-ports <no|yes|clientspecified>",
        key: "gatewayPorts",
        read: oneOf(["no", "yes", "clientspecified"]),
        help: "where SSH clients may listen (no: loopback)",
      },
    ],
  },
  {
    title: "Limits",
    rows: [
      { flags: "--max-sessions <N>", key: "sessionsMax", read: positive, help: "sessions at the same time (1000)" },
      {
        flags: "--max-per-address <N>",
        key: "sessionsPerAddressMax",
        read: positive,
        help: "sessions from one address (250)",
      },
      {
        flags: "--idle <SECONDS>",
        key: "idleMs",
        read: seconds(1),
        help: "a session without command or transfer ends (300)",
      },
      { flags: "--login-time <SECONDS>", key: "loginMs", read: seconds(1), help: "a session without login ends (60)" },
      {
        flags: "--stall <SECONDS>",
        key: "dataStallMs",
        read: seconds(1),
        help: "a transfer that moves no byte ends (120)",
      },
    ],
  },
  {
    title: "Output",
    rows: [
      { flags: "-v", key: "verbosity", read: count, help: "log sessions and transfers; -vv more" },
      { flags: "-q", key: "quiet", help: "show errors only" },
      {
        flags: "--log <text|json>",
        key: "log",
        read: oneOf(["text", "json"]),
        help: "report sessions and transfers on standard error",
      },
      { flags: "--trace [FILE]", key: "trace", read: traceTo, help: "every command and reply, secrets hidden" },
      { flags: "--json", key: "json", help: "ready, closed and error lines as JSON" },
    ],
  },
];

/** `2121`, `192.0.2.7:2121`, `[::1]:2121`, `*:2121`, `localhost:2121`. */
export function listenAt(text: string, flag: string, implicitTls: boolean): ServerListen {
  const [, bracketed, plain, port = ""] = /^(?:(?:\[([^\]]*)\]|([^:[\]]*)):)?([^:]*)$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? "127.0.0.1";
  const isAddress = host === "" || host === "*" || host.toLowerCase() === "localhost" || ipFamily(host) !== undefined;
  if (isAddress && text !== "") return { host, port: readPort(port, flag, { free: true }), implicitTls };
  throw usageError(
    `${flag}: "${text}" is not an address and a port`,
    `For example ${flag} 2121 for this machine only, or ${flag} *:2121 for every address; IPv6 goes in brackets.`,
  );
}

function sshListen(text: string, flag: string): Pick<ServerSsh, "host" | "port"> {
  if (text === "") return {};
  try {
    const { host = "", port = 0 } = listenAt(text, flag, false);
    return { host, port };
  } catch (cause) {
    // A directory behind --ssh would be taken for its value.
    if (!text.includes("/") && !text.includes(".")) throw cause;
    throw usageError(`${flag}: "${text}" is not an address and a port`, "The directory comes first: serve DIR --ssh.");
  }
}

/** The groups of these titles, for other commands that serve. */
export function serveGroups(...titles: readonly string[]): readonly OptionGroup<ParsedServeOptions>[] {
  return serveOptions.filter(({ title }) => titles.includes(title));
}
