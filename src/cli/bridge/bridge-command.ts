// `sallyport bridge`: its help, and from the command line to what the bridge is made from.
import { definedProps } from "../../protocol/defined-props.ts";
import type { SshHostOptions } from "../../ssh/ssh-connection.ts";
import { usageError } from "../../text/usage-error.ts";
import { type Destination, parseDestination } from "../command-line/destination.ts";
import { Parser } from "../command-line/parser.ts";
import { hasUsers, type ServeCommand, serverOf } from "../serve/serve-command.ts";
import { bridgeOptions, type ParsedBridgeOptions } from "./bridge-options.ts";
import { parseToFtp, type ToFtpCommand } from "./to-ftp-command.ts";

export interface BridgeCommand {
  readonly kind: "bridge";
  /** The FTP side, but for the files. */
  readonly serve: ServeCommand;
  /** Whose name and password let an FTP user in: `ssh`, their own at the SSH host; `local`, those of this bridge. */
  readonly logins: "ssh" | "local";
  readonly host: Required<Pick<SshHostOptions, "ssh" | "transport">>;
  /** Directory at the server; `""` is where the login begins. */
  readonly root: string;
  readonly fsync: boolean;
  readonly inPlace: boolean;
}

export function bridgeParser(): Parser<ParsedBridgeOptions> {
  return new Parser(
    {
      usage: [
        "bridge [-L [BIND:]PORT] [options] [USER@]HOST[:PATH]",
        "bridge --to-ftp ...         the other way round: sallyport bridge --to-ftp --help",
      ],
      about: [
        "An FTP server whose files are on an SFTP server.",
        "",
        "Examples:",
        "  sallyport bridge -L 2121 sftp-host",
        "      FTP users log in with their SSH names and passwords, each by a separate SSH connection",
        "  sallyport bridge -L '*:2121' --user scanner --atomic-uploads scans@sftp-host:incoming",
        "      one FTP user, known here; all files go to the directory incoming of scans",
      ],
      notes: [
        "HOST is the SSH server, also as sftp://[USER@]HOST[:PORT][/PATH]; PATH is / for FTP clients. The",
        "host key must be known. It listens on this machine only unless -L says otherwise. Without TLS,",
        "passwords and files cross the network up to here for all to read. Ctrl-C ends it.",
        "Exit status: 0 after SIGINT or SIGTERM, 2 usage, 255 SSH failed, 1 other errors.",
      ],
    },
    bridgeOptions,
  ).operands("[destination]");
}

/** Throws `USAGE_INVALID`. */
export function parseBridge(args: readonly string[]): BridgeCommand | ToFtpCommand {
  if (args.includes("--to-ftp")) return parseToFtp(args);
  const { values, args: operands } = bridgeParser().parseArgs(args);
  const [text] = operands;
  if (text === undefined) {
    throw usageError("the destination is missing: the SFTP server", "Write sallyport bridge [USER@]HOST[:PATH].");
  }
  const { place, path } = parsePlace(text);
  const { user, port, identityFiles = [], configFile, jump, options = [], family, compression, ...others } = values;
  const { transport = "auto", fsync = false, inPlace = false, ascii = "binary", ...server } = others;
  const ssh = { ...place, ...definedProps({ port, user, configFile, jump, family, compression }) };
  const logins = hasUsers(values) ? "local" : "ssh";
  if (logins === "ssh") assertForeignLogins(ssh.user, identityFiles, transport);
  // `-v` is about FTP sessions; from the second on, ssh's own lines are shown, too.
  const { options: ftp, ...serve } = serverOf(server);
  const { quiet, ...output } = serve.output;
  const verbosity = Math.max(output.verbosity - 1, 0);
  return {
    kind: "bridge",
    serve: { kind: "serve", ...serve, options: { ...ftp, ascii, opensLate: true } },
    logins,
    host: { transport, ssh: { ...ssh, identityFiles, options, verbosity, quiet } },
    root: path,
    fsync,
    inPlace,
  };
}

/** Where FTP users bring their own names there is no use for ours. */
function assertForeignLogins(user: string | undefined, keys: readonly string[], transport: string): void {
  const add = "Add --user NAME, --password-file FILE or --anonymous for those who may use it";
  if (user !== undefined) {
    throw usageError(
      `${user} at the SFTP server is named, and nobody who could log in here`,
      `${add}; or leave ${user}@ out: then FTP users log in with their own SSH names and passwords.`,
    );
  }
  if (keys.length > 0) throw usageError("-i has no use where FTP users bring their SSH passwords", `${add}.`);
  if (transport === "openssh") {
    throw usageError(
      "--ssh openssh cannot log FTP users in: ssh asks for passwords by itself",
      `${add}; or leave it out.`,
    );
  }
}

/** `[user@]host[:path]` as scp has it, or a URL. */
function parsePlace(text: string): { readonly place: Destination; readonly path: string } {
  const [, authority, urlPath = ""] = /^(?:sftp|ssh):\/\/([^/]*)(\/.*)?$/i.exec(text) ?? [];
  if (authority !== undefined) {
    const path = /^\/~(?=\/|$)/.test(urlPath) ? urlPath.replace(/^\/~\/?/, "") : urlPath;
    return { place: parseDestination(`ssh://${authority}`), path: decoded(path, text) };
  }
  const [, host = text, path = ""] = /^((?:[^@:]*@)?(?:\[[^\]]*\]|[^:[\]]*)):(.*)$/s.exec(text) ?? [];
  if (/^\d+$/.test(path)) {
    throw usageError(`"${text}": is ${path} a port or a directory?`, `Write -p ${path} ${host}, or ${host}:./${path}.`);
  }
  return { place: parseDestination(host), path };
}

function decoded(path: string, text: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw usageError(`"${text}" has a broken % in it`, "In a URL a percent sign is written %25.");
  }
}
