// The options of `sallyport serve`, in the order of its help.
import { readCidr } from "../command-line/address.ts";
import { chooseWord } from "../command-line/choose-word.ts";
import { parsePort, parsePortRange } from "../command-line/port-number.ts";
import { usageError } from "../command-line/usage-error.ts";
import { parseListen } from "./listen-spec.ts";
import type { ServeDraft, ServeGroup, ServeRow } from "./serve-draft.ts";
import { serveSshOptions } from "./serve-ssh-options.ts";

type Apply = ServeRow["apply"];

function row(group: ServeGroup, long: string, values: readonly string[], help: string, apply: Apply): ServeRow {
  return { long, group, help, apply, ...(values.length === 0 ? {} : { values }) };
}

/** A number of seconds into a field of milliseconds. */
function seconds(what: string, set: (draft: ServeDraft, ms: number) => void): Apply {
  return (draft, value) => set(draft, whole(value, what, 86_400) * 1000);
}

export const serveOptions: readonly ServeRow[] = [
  row(
    "Listening",
    "--listen",
    ["[ADDRESS:]PORT"],
    "where to listen (127.0.0.1:2121); * is every address (repeatable)",
    (d, v) => {
      d.listen.push(parseListen(v, "--listen", false));
    },
  ),
  row(
    "Listening",
    "--implicit-tls",
    ["[ADDRESS:]PORT"],
    "listen with TLS from the first byte, too (repeatable)",
    (d, v) => {
      d.listen.push(parseListen(v, "--implicit-tls", true));
    },
  ),
  row("Users", "--user", ["NAME"], "a user whose password is asked for now (repeatable)", (d, v) => {
    d.users.push(v === "" ? missing("--user") : v);
  }),
  row("Users", "--password-file", ["FILE"], "users and scrypt hashes; `sallyport passwd` writes it", (d, v) => {
    d.passwordFile = v === "" ? missing("--password-file") : v;
  }),
  row("Users", "--anonymous", [], "let anybody read", (d) => {
    d.anonymous ??= "read";
  }),
  row("Users", "--anonymous-write", [], "let anybody read, and put new files", (d) => {
    d.anonymous = "write";
  }),
  row("Data connections", "--passive-ports", ["A-B"], "ports for passive data connections (any free port)", (d, v) => {
    d.passivePorts = parsePortRange(v, "--passive-ports");
  }),
  row(
    "Data connections",
    "--passive-address",
    ["ADDRESS", "CIDR"],
    "address or name sent in 227 to that network (repeatable)",
    (d, address, cidr) => {
      d.passiveAddresses.push({ address, cidr: readCidr(cidr, "--passive-address", { ipv4Only: true }) });
    },
  ),
  row("Data connections", "--no-active", [], "never connect to clients: PORT and EPRT are refused", (d) => {
    d.active = false;
  }),
  row(
    "Data connections",
    "--active-port",
    ["PORT"],
    "connect from this port if possible (control port - 1)",
    (d, v) => {
      d.activePort = parsePort(v, "--active-port");
    },
  ),
  row("Data connections", "--active-port-only", [], "connect from that port or not at all", (d) => {
    d.activePortOnly = true;
  }),
  row(
    "Data connections",
    "--allow-third-party",
    ["CIDR"],
    "let PORT name hosts of this network (repeatable)",
    (d, v) => {
      d.allowThirdParty.push(readCidr(v, "--allow-third-party"));
    },
  ),
  row("Files", "--atomic-uploads", [], "a file appears under its name only when it is complete", (d) => {
    d.atomicUploads = true;
  }),
  row("Files", "--no-sync", [], "send 226 before the file is on the disk", (d) => {
    d.sync = false;
  }),
  row("TLS", "--tls-certificate", ["FILE"], "offer AUTH TLS with this certificate (PEM)", (d, v) => {
    d.certificate = v;
  }),
  row("TLS", "--tls-key", ["FILE"], "the certificate's private key (PEM)", (d, v) => {
    d.key = v;
  }),
  row("TLS", "--require-tls", [], "no login and no data without TLS", (d) => {
    d.requireTls = true;
  }),
  row("TLS", "--require-tls-reuse", [], "data connections must resume the TLS session", (d) => {
    d.requireReuse = true;
  }),
  ...serveSshOptions,
  row("Limits", "--max-sessions", ["N"], "sessions at the same time (1000)", (d, v) => {
    d.sessionsMax = whole(v, "--max-sessions", 1_000_000);
  }),
  row("Limits", "--max-per-address", ["N"], "sessions from one address (250)", (d, v) => {
    d.sessionsPerAddressMax = whole(v, "--max-per-address", 1_000_000);
  }),
  row(
    "Limits",
    "--idle",
    ["SECONDS"],
    "a session without command or transfer ends (300)",
    seconds("--idle", (d, ms) => {
      d.idleMs = ms;
    }),
  ),
  row(
    "Limits",
    "--login-time",
    ["SECONDS"],
    "a session without login ends (60)",
    seconds("--login-time", (d, ms) => {
      d.loginMs = ms;
    }),
  ),
  row(
    "Limits",
    "--stall",
    ["SECONDS"],
    "a transfer that moves no byte ends (120)",
    seconds("--stall", (d, ms) => {
      d.dataStallMs = ms;
    }),
  ),
  {
    short: "-v",
    group: "Output",
    help: "log sessions and transfers; -vv more",
    apply: (d) => {
      d.verbosity += 1;
    },
  },
  {
    short: "-q",
    group: "Output",
    help: "show errors only",
    apply: (d) => {
      d.quiet = true;
    },
  },
  row("Output", "--log", ["text|json"], "report sessions and transfers on standard error", (d, v) => {
    d.log = chooseWord(v, ["text", "json"], "--log");
  }),
  {
    ...row("Output", "--trace", ["FILE"], "every command and reply, secrets hidden", (d, file) => {
      d.trace = file === "" || file === "-" ? {} : { file };
    }),
    optional: true,
  },
  row("Output", "--json", [], "ready, closed and error lines as JSON", (d) => {
    d.json = true;
  }),
];

function whole(text: string, what: string, most: number): number {
  const value = /^[0-9]{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 1 && value <= most) return value;
  throw usageError(`${what}: "${text}" is not a whole number from 1 to ${most}`, `For example ${what} 60.`);
}

function missing(what: string): never {
  throw usageError(`${what} has an empty value`);
}
