// A tunnel: its help, and from the arguments to what it is opened with.
import { definedProps } from "../../protocol/defined-props.ts";
import { SallyportError } from "../../protocol/error.ts";
import { isLoopback } from "../../protocol/ip-address.ts";
import { usageError } from "../../text/usage-error.ts";
import type { Forward, TunnelOptions } from "../../tunnel/options.ts";
import { parseDestination } from "./destination.ts";
import type { ForwardSpec } from "./forward-spec.ts";
import { spelling } from "./option-table.ts";
import { Parser } from "./parser.ts";
import { acceptedOptions } from "./ssh-options.ts";
import { type LogFormat, type ParsedOutputOptions, type ParsedTunnelOptions, tunnelOptions } from "./tunnel-options.ts";
import { type TlsFiles, takeTls } from "./tunnel-tls-options.ts";

export interface OutputOptions {
  /** How many -v. */
  readonly verbosity: number;
  readonly quiet: boolean;
  readonly json: boolean;
  readonly log?: LogFormat;
  /** Present: trace. `file` absent: to standard error. */
  readonly trace?: { readonly file?: string };
}

export interface TunnelCommand {
  readonly kind: "tunnel";
  /** For openTunnel; what belongs to a run (signal, trace, questions) is added by the run. */
  readonly options: TunnelOptions & { readonly forwards: readonly Forward[] };
  readonly tlsFiles: TlsFiles;
  readonly background: boolean;
  /** Words after `--`; empty when there are none. */
  readonly command: readonly string[];
  readonly output: OutputOptions;
}

/** Examples: what is typed, and what it does. */
export const examples: readonly (readonly [string, string])[] = [
  ["sallyport -L 2001:ftp-host:21 user@ssh-host", "then: ftp localhost 2001, in any transfer mode"],
  ["sallyport -f -p 2222 -J jump user@ssh-host", "port 2121 here is the FTP server of ssh-host; in the background"],
  ["sallyport user@ssh-host -- lftp -u alice {url}", "a tunnel for as long as one program runs"],
];

export function tunnelParser(): Parser<ParsedTunnelOptions> {
  const accepted = acceptedOptions.rows.map(({ flags }) => spelling(flags)).join(" ");
  return new Parser(
    {
      usage: [
        "[tunnel] [-L [BIND:]PORT:HOST:HOSTPORT]... [options]\n                 [USER@]HOST [-- COMMAND [ARGUMENTS]]",
        "demo                  see it work on this machine alone: needs no server",
        "lab [run NUMBER]      shows how FTP fails through SSH: sallyport lab --help",
        "doctor [USER@]HOST    why FTP fails from here: sallyport doctor --help",
        "explain TEXT          what an error line means: sallyport explain --help",
        "serve [DIR]           an FTP server: sallyport serve --help",
        "bridge [USER@]HOST    FTP in front of an SFTP server: sallyport bridge --help",
        "passwd NAME [FILE]    adds a user for that server",
        "ftp [HOST]            an FTP client at the prompt: sallyport ftp --help",
        "get|put|ls|cp URL...  one transfer or listing: sallyport get --help",
        "rm|mkdir|mv URL...    changes files at a server: sallyport rm --help",
      ],
      about: [
        "Makes FTP work through SSH: any FTP client, in every transfer mode.",
        "",
        "Examples:",
        ...examples.flatMap(([line, what]) => [`  ${line}`, `      ${what}`]),
      ],
      notes: [
        "HOST is the SSH server, also as ssh://[USER@]HOST[:PORT]. Without -L: 2121:localhost:21.",
        "COMMAND gets SALLYPORT_HOST, SALLYPORT_PORT and SALLYPORT_URL; {host} {port} {url} are replaced.",
        `Accepted without effect: ${accepted}. Also: -h, --help, -V, --version.`,
        "Exit status: 0 after SIGINT or SIGTERM, the command's own, 2 usage, 255 SSH failed, 1 other errors.",
        "In programs: import from sallyport, sallyport/client, sallyport/testing (docs/guides/library.md).",
        "`await using` needs TypeScript 5.2, target es2022, module and moduleResolution nodenext;",
        "plain JavaScript closes by calling [Symbol.asyncDispose]().",
      ],
    },
    tunnelOptions,
  );
}

/** `command`: what stands behind `--`. Throws `USAGE_INVALID` or `POLICY_BIND`. */
export function parseTunnel(args: readonly string[], command?: readonly string[]): TunnelCommand {
  if (command?.length === 0) throw usageError("there is no command after --", "Write one, or leave the -- out.");
  // As ssh does: options up to the host, options after the host, and then only the remote command is left.
  const parser = tunnelParser().operands("[host]", "[others...]").passThroughOptions();
  const [host, ...afterHost] = parser.parseArgs(args.map(withoutNumber)).args;
  const remoteCommand = parser.parseMore(afterHost.map(withoutNumber));
  if (remoteCommand.length > 0) {
    throw usageError(
      `"${remoteCommand.join(" ")}" would be a remote command, and Sallyport runs none`,
      `To run a program here, through the tunnel: -- ${remoteCommand.join(" ")}`,
    );
  }
  const { values } = parser;
  if (host !== undefined) return assemble(values, host, command);
  // `sallyport --trace host`: the word after --trace is the destination when there is no other.
  const file = values.trace?.file;
  const isHost = args.some((arg, index) => arg === "--trace" && args[index + 1] === file);
  if (file !== undefined && isHost) return assemble({ ...values, trace: {} }, file, command);
  throw usageError(
    "the destination is missing: the SSH server to go through",
    "For example sallyport -L 2001:ftp-host:21 user@ssh-host. See sallyport --help; sallyport demo needs no server.",
  );
}

/** `sallyport --survive host`: what is no number is not the option's. */
const withoutNumber = (arg: string, index: number, args: readonly string[]): string =>
  arg === "--survive" && !/^\d+$/.test(args[index + 1] ?? "") ? "--survive=" : arg;

/** Puts the parts together and checks them against each other. */
function assemble(values: ParsedTunnelOptions, text: string, command: readonly string[] = []): TunnelCommand {
  const { verbosity, quiet, json, log, trace, background = false, ...others } = values;
  const {
    user,
    port,
    identityFiles = [],
    configFile,
    jump,
    options = [],
    family,
    compression = false,
    ...tunnelAndTls
  } = others;
  const { tlsOptions, tlsFiles, others: tunnel } = takeTls(tunnelAndTls);
  if (background && command.length > 0) {
    throw usageError(
      "-f and a command after -- cannot be used together",
      "Leave -f out, or put & after the whole line.",
    );
  }
  if (background && trace !== undefined && trace.file === undefined) {
    throw usageError("--trace without FILE writes to standard error, which -f closes", "Write --trace=FILE.");
  }
  const { back, backAddress } = tunnel;
  if (backAddress !== undefined && (back === "passive" || back === "default-port")) {
    throw usageError(`--back-address has no use with --back ${back}`, "It belongs to --back active or auto.");
  }
  const output = outputOf(values);
  const destination = parseDestination(text);
  // Options win over the destination, as with ssh.
  const ssh = { ...destination, ...definedProps({ port, user, configFile, jump, family }) };
  return {
    kind: "tunnel",
    options: {
      ...tunnel,
      forwards: forwardsOf(values),
      ...tlsOptions,
      ssh: { ...ssh, identityFiles, options, compression, verbosity: output.verbosity, quiet: output.quiet },
    },
    tlsFiles,
    background,
    command,
    output,
  };
}

export function outputOf({
  verbosity = 0,
  quiet = false,
  json = false,
  log,
  trace,
}: ParsedOutputOptions): OutputOptions {
  return { verbosity, quiet, json, ...definedProps({ log, trace }) };
}

const defaultForward: ForwardSpec = { port: 2121, host: "localhost", hostPort: 21 };

function forwardsOf({ forwards = [defaultForward], gatewayPorts = false }: ParsedTunnelOptions): readonly Forward[] {
  const seen = new Set<string>();
  return forwards.map((spec) => {
    if (spec.socket !== undefined) return spec;
    const bind = spec.bind ?? (gatewayPorts ? "*" : "localhost");
    if (!gatewayPorts && !isLoopback(bind)) throw needsGatewayPorts(bind, spec);
    const place = `${bind}:${spec.port}`;
    if (spec.port !== 0 && seen.has(place)) {
      throw usageError(`two -L listen on ${place}`, "Give each of them its own port; 0 picks a free one.");
    }
    seen.add(place);
    return { ...spec, bind };
  });
}

function needsGatewayPorts(bind: string, spec: ForwardSpec): SallyportError {
  const place = bind === "*" ? "every address of this machine" : bind;
  return new SallyportError("POLICY_BIND", `listening on ${place} lets other hosts in, and -g was not given`, {
    hint: `Add -g if that is wanted: whoever reaches port ${spec.port} then reaches ${spec.host}:${spec.hostPort}, and the leg up to here is not encrypted. Or leave the bind address out.`,
  });
}
