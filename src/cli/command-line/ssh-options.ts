// The options of ssh(1) that mean here what they mean there.

import { parseForward } from "./forward-spec.ts";
import type { Draft, OptionRow } from "./option-row.ts";
import { parsePort } from "./port-number.ts";
import { usageError } from "./usage-error.ts";

export const sshOptions: readonly OptionRow[] = [
  {
    short: "-L",
    values: ["[BIND:]PORT:HOST:HOSTPORT"],
    group: "forwarding",
    help: "listen on PORT here for the FTP server HOST:HOSTPORT (repeatable)",
    more: "HOST is looked up by the SSH server, so `localhost` is the SSH host itself. PORT 0 picks a free port. `ftp` is port 21. IPv6 addresses go in brackets. An empty BIND or `*` means every address and needs `-g`. ssh's slash form `[BIND/]PORT/HOST/HOSTPORT` is read too. Without any -L: `127.0.0.1:2121:localhost:21`.",
    apply: (draft, value) => void draft.forwards.push(parseForward(value)),
  },
  {
    short: "-g",
    group: "forwarding",
    help: "let other hosts connect: listen on every address",
    more: "Opens the control listener and, during transfers, data listeners to the network. Whoever reaches them reaches the FTP server. The leg from the FTP client to Sallyport is not encrypted. A BIND in -L still chooses one address.",
    apply: (draft) => {
      draft.gatewayPorts = true;
    },
  },
  {
    short: "-f",
    group: "forwarding",
    help: "go to the background once ready",
    more: "Returns when the forwards are listening and SSH has asked its questions. See [Background](#background).",
    apply: (draft) => {
      draft.background = true;
    },
  },
  {
    short: "-N",
    group: "ssh",
    help: "run no command at the SSH host, not even `true`",
    more: "Otherwise `true` is run there once: sshd before 10.1 sends without delay only after a command, and without it a small file over a long link takes four round trips instead of two. Where a forced command is set, that is what runs.",
    apply: (draft) => {
      draft.noCommand = true;
    },
  },
  {
    short: "-p",
    values: ["PORT"],
    group: "ssh",
    help: "the SSH server's port",
    apply: (draft, value) => {
      draft.port ??= parsePort(value, "-p");
    },
  },
  {
    short: "-l",
    values: ["USER"],
    group: "ssh",
    help: "the user to log in as",
    more: "Of `-l`, `user@host` and a second `-l` the first one counts, as with ssh.",
    apply: (draft, value) => {
      draft.user ??= notEmpty(value, "-l");
    },
  },
  {
    short: "-i",
    values: ["FILE"],
    group: "ssh",
    help: "a private key to log in with (repeatable)",
    apply: (draft, value) => void draft.identityFiles.push(notEmpty(value, "-i")),
  },
  {
    short: "-F",
    values: ["FILE"],
    group: "ssh",
    help: "ssh's configuration file instead of ~/.ssh/config",
    apply: (draft, value) => {
      draft.configFile = notEmpty(value, "-F");
    },
  },
  {
    short: "-J",
    values: ["[USER@]HOST[:PORT]"],
    group: "ssh",
    help: "connect through this jump host; several with commas",
    apply: (draft, value) => {
      if (draft.jump !== undefined) throw usageError("-J was given twice", "Write several jump hosts as -J a,b.");
      draft.jump = notEmpty(value, "-J");
    },
  },
  {
    short: "-o",
    values: ["NAME=VALUE"],
    group: "ssh",
    help: "any setting of ssh_config(5) (repeatable)",
    more: '`-o "Name value"` is the same. The embedded transport refuses, or warns of, what it cannot honour.',
    apply: (draft, value) => void draft.sshOptions.push(parseSetting(value)),
  },
  { short: "-4", group: "ssh", help: "reach the SSH server by IPv4 only", apply: family(4) },
  { short: "-6", group: "ssh", help: "reach the SSH server by IPv6 only", apply: family(6) },
  {
    short: "-C",
    group: "ssh",
    help: "compress",
    apply: (draft) => {
      draft.compression = true;
    },
  },
  setting("-c", "CIPHERS", "Ciphers", "ciphers, best first"),
  setting("-m", "MACS", "MACs", "message authentication codes, best first"),
  setting("-b", "ADDRESS", "BindAddress", "connect to the SSH server from this address"),
  setting("-B", "INTERFACE", "BindInterface", "connect to the SSH server from this interface"),
  setting("-I", "LIBRARY", "PKCS11Provider", "log in with keys of this PKCS#11 library"),
];

function family(number: 4 | 6): OptionRow["apply"] {
  return (draft) => {
    draft.family = number;
  };
}

/** An option that ssh_config(5) knows by name: `-c x` is `-o Ciphers=x`. */
function setting(short: string, value: string, name: string, help: string): OptionRow {
  const apply = (draft: Draft, given: string): void => void draft.sshOptions.push(`${name}=${notEmpty(given, short)}`);
  return { short, values: [value], group: "ssh", help, more: `The same as \`-o ${name}=${value}\`.`, apply };
}

function notEmpty(value: string, what: string): string {
  if (value !== "" && !/[^\P{Cc}\t]/u.test(value)) return value;
  throw usageError(value === "" ? `${what} has an empty value` : `${what}: the value has a control character in it`);
}

// ssh takes `Name=value`, `Name value` and `Name = value`.
function parseSetting(text: string): string {
  const [, name, value] = /^\s*([A-Za-z][A-Za-z0-9]*)(?:\s*=\s*|\s+)(\S.*)$/.exec(notEmpty(text, "-o")) ?? [];
  if (name !== undefined && value !== undefined) return `${name}=${value.trimEnd()}`;
  throw usageError(`-o ${text}: this is not NAME=VALUE`, "For example -o ServerAliveInterval=30; see ssh_config(5).");
}
