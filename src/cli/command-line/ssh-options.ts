// The options of ssh(1): those that mean here what they mean there, those that change nothing, and those that are refused.
import type { SshHostOptions, SshOptions } from "../../ssh/ssh-connection.ts";
import { usageError } from "../../text/usage-error.ts";
import { type ForwardSpec, parseForward } from "./forward-spec.ts";
import type { OptionGroup, OptionRow } from "./option-table.ts";
import { each, first, oneOf, plainText, port } from "./values.ts";

/** Which SSH server, and how it is reached. */
export type ParsedSshOptions = Pick<
  SshOptions,
  "port" | "user" | "identityFiles" | "configFile" | "jump" | "options" | "family" | "compression"
> &
  Pick<SshHostOptions, "transport">;

export interface ParsedForwardOptions {
  readonly forwards?: readonly ForwardSpec[];
  readonly gatewayPorts?: boolean;
  readonly background?: boolean;
  readonly noCommand?: boolean;
}

export const forwardOptions: OptionGroup<ParsedForwardOptions> = {
  title: "Forwarding",
  rows: [
    {
      flags: "-L <[BIND:]PORT:HOST:HOSTPORT>",
      key: "forwards",
      read: each(parseForward),
      help: "listen on PORT here for the FTP server HOST:HOSTPORT (repeatable)",
      more: "HOST is looked up by the SSH server, so `localhost` is the SSH host itself. PORT 0 picks a free port. `ftp` is port 21. IPv6 addresses go in brackets. Without BIND, and with `localhost`, it is 127.0.0.1 and ::1; a machine without ::1 does without, a port in use at either is in use. An empty BIND or `*` means every address and needs `-g`. ssh's slash form `[BIND/]PORT/HOST/HOSTPORT` is read too. `PATH:HOST:HOSTPORT`, with a slash in PATH, listens on a Unix-domain socket that is yours alone (mode 0600), for clients that can; data connections are then at 127.0.0.1 and must be yours. `-o StreamLocalBindUnlink=yes` removes a socket that is there; it counts from the command line only, and StreamLocalBindMask is always 0177. Without any -L: `2121:localhost:21`.",
    },
    {
      flags: "-g",
      key: "gatewayPorts",
      help: "let other hosts connect: listen on every address",
      more: "Opens the control listener and, during transfers, data listeners to the network. Whoever reaches them reaches the FTP server. The leg from the FTP client to Sallyport is not encrypted. A BIND in -L still chooses one address. The ready line names the addresses that others can use.",
    },
    {
      flags: "-f",
      key: "background",
      help: "go to the background once ready",
      more: "Returns when the forwards are listening and SSH has asked its questions. See [Background](#background).",
    },
  ],
};

const noCommand: OptionRow<ParsedForwardOptions> = {
  flags: "-N",
  key: "noCommand",
  help: "run no command at the SSH host, not even `true`",
  more: "Otherwise `true` is run there once: sshd before 10.1 sends without delay only after a command, and without it a small file over a long link takes four round trips instead of two. Where a forced command is set, that is what runs.",
};

/** What --via takes, too, in the order of the tunnel's help. */
const portOption: OptionRow<ParsedSshOptions> = {
  flags: "-p <PORT>",
  key: "port",
  read: first(port),
  help: "the SSH server's port",
};
const keyOptions: readonly OptionRow<ParsedSshOptions>[] = [
  {
    flags: "-i <FILE>",
    key: "identityFiles",
    read: each(plainText),
    help: "a private key to log in with (repeatable)",
  },
  { flags: "-F <FILE>", key: "configFile", help: "ssh's configuration file instead of ~/.ssh/config" },
  {
    flags: "-J <[USER@]HOST[:PORT]>",
    key: "jump",
    read: jump,
    help: "connect through this jump host; several with commas",
  },
  {
    flags: "-o <NAME=VALUE>",
    key: "options",
    read: each(setting),
    help: "any setting of ssh_config(5) (repeatable)",
    more: '`-o "Name value"` is the same. The embedded transport refuses, or warns of, what it cannot honour.',
  },
];
const transportOption: OptionRow<ParsedSshOptions> = {
  flags: "--ssh <auto|openssh|embedded>",
  key: "transport",
  read: oneOf(["auto", "openssh", "embedded"]),
  help: "which SSH carries the tunnel (auto)",
  more: "`openssh` runs the system's own ssh, with its configuration, agent, hardware keys and questions. `embedded` is the SSH inside Sallyport. `auto` takes openssh where an ssh that can multiplex is found.",
};

/** Those that also belong to --via. */
export const viaSshOptions: readonly OptionRow<ParsedSshOptions>[] = [portOption, ...keyOptions, transportOption];

export const sshOptions: OptionGroup<ParsedSshOptions & ParsedForwardOptions> = {
  title: "SSH",
  rows: [
    noCommand,
    portOption,
    {
      flags: "-l <USER>",
      key: "user",
      read: first(plainText),
      help: "the user to log in as",
      more: "Of `-l`, `user@host` and a second `-l` the first one counts, as with ssh.",
    },
    ...keyOptions,
    { flags: "-4", key: "family", set: 4, help: "reach the SSH server by IPv4 only" },
    { flags: "-6", key: "family", set: 6, help: "reach the SSH server by IPv6 only" },
    { flags: "-C", key: "compression", help: "compress" },
    named("-c", "CIPHERS", "Ciphers", "ciphers, best first"),
    named("-m", "MACS", "MACs", "message authentication codes, best first"),
    named("-b", "ADDRESS", "BindAddress", "connect to the SSH server from this address"),
    named("-B", "INTERFACE", "BindInterface", "connect to the SSH server from this interface"),
    {
      flags: "-S <PATH>",
      key: "options",
      read: each((text: string) => `ControlPath=${plainText(text, "-S")}`),
      help: "the socket of an ssh that is connected there already, or `none`",
      more: "The same as `-o ControlPath=PATH`. Where an ssh of yours is connected (ControlMaster) its connection is used, as ssh does, and nobody is asked for anything; the log and the ready line say so. It is as fast as `ssh -L`, on long lines slower than a connection of Sallyport's own, which `none` has it make. Not used with ControlMaster ask, with the embedded transport, or when the socket is another user's. When that ssh ends, Sallyport connects by itself.",
    },
    named("-I", "LIBRARY", "PKCS11Provider", "log in with keys of this PKCS#11 library"),
    transportOption,
  ],
};

/** An option that ssh_config(5) knows by name: `-c x` is `-o Ciphers=x`. */
function named(flag: string, value: string, name: string, help: string): OptionRow<ParsedSshOptions> {
  const read = each((text: string) => `${name}=${plainText(text, flag)}`);
  return { flags: `${flag} <${value}>`, key: "options", read, help, more: `The same as \`-o ${name}=${value}\`.` };
}

function jump(text: string, flag: string, before: string | undefined): string {
  if (before === undefined) return plainText(text, flag);
  throw usageError("-J was given twice", "Write several jump hosts as -J a,b.");
}

// ssh takes `Name=value`, `Name value` and `Name = value`.
function setting(text: string, flag: string): string {
  const [, name, value] = /^\s*([A-Za-z][A-Za-z0-9]*)(?:\s*=\s*|\s+)(\S.*)$/.exec(plainText(text, flag)) ?? [];
  if (name !== undefined && value !== undefined) return `${name}=${value.trimEnd()}`;
  throw usageError(`-o ${text}: this is not NAME=VALUE`, "For example -o ServerAliveInterval=30; see ssh_config(5).");
}

/** Nothing is added. */
const same = (_text: string, _flag: string, before: readonly string[] = []): readonly string[] => before;

const without = (flags: string, help: string): OptionRow<ParsedSshOptions> => ({
  flags,
  key: "options",
  read: same,
  help,
});

export const acceptedOptions: OptionGroup<ParsedSshOptions> = {
  title: "Accepted because people type them with ssh",
  hidden: true,
  rows: [
    without("-n", "standard input is not read: Sallyport never reads it"),
    without("-T", "no terminal at the remote end: Sallyport never asks for one"),
    without("-a", "no agent forwarding: Sallyport never forwards it"),
    without("-x", "no X11 forwarding: Sallyport never forwards it"),
    {
      flags: "-k",
      key: "options",
      read: each(() => "GSSAPIDelegateCredentials=no"),
      help: "no delegation of GSSAPI credentials",
      more: "The same as `-o GSSAPIDelegateCredentials=no`.",
    },
  ],
};

/** [option, why it is refused, what to do instead] */
const refusals: readonly (readonly [string, string, string])[] = [
  ["-R <FORWARD>", "Sallyport carries FTP through -L", "For a remote forward use ssh -R."],
  ["-D <PORT>", "Sallyport carries FTP through -L", "For SOCKS use ssh -D."],
  ["-W <HOST:PORT>", "Sallyport carries FTP through -L", "To join standard input to a port use ssh -W."],
  ["-w <TUNNEL>", "Sallyport carries FTP through -L", "For a tunnel device use ssh -w."],
  ["-X", "there is no remote program that could open a window", "For X11 use ssh -X."],
  ["-Y", "there is no remote program that could open a window", "For X11 use ssh -Y."],
  ["-A", "there is no remote program that could use your agent", "Leave -A out; to pass through a host use -J."],
  ["-t", "there is no remote program that needs a terminal", "For a shell use ssh."],
  ["-s", "there is no remote program to start", "For a subsystem use ssh -s."],
  ["-e <CHARACTER>", "there is no terminal session to escape from", "Leave -e out."],
  ["-M", "Sallyport makes its own SSH connection and shares it with nobody", "Leave -M out."],
  ["-O <COMMAND>", "Sallyport makes its own SSH connection and shares it with nobody", "To end it send SIGTERM."],
  ["-E <FILE>", "ssh's messages go to standard error", "Write 2>FILE, or --trace FILE for the FTP sessions."],
  ["-y", "Sallyport does not write to syslog", "Write 2>&1 | logger, or --log json and a file."],
  ["-K", "it would also hand your GSSAPI credentials to the server", "Use -o GSSAPIAuthentication=yes."],
  ["-P <TAG>", "with ssh it is a tag for Match, not the port", "The port is -p; a tag is -o Tag=NAME."],
  ["-Q <QUERY>", "it asks the ssh program, not a tunnel", "Use ssh -Q."],
  ["-G", "it asks the ssh program, not a tunnel", "Use ssh -G."],
];

export const refusedOptions: OptionGroup<ParsedSshOptions> = {
  title: "Options of ssh that are refused",
  hidden: true,
  rows: refusals.map(([flags, help, more]) => ({
    flags,
    key: "options",
    help,
    more,
    read: (_, flag) => {
      throw usageError(`${flag} is refused: ${help}`, more);
    },
  })),
};
