// `sallyport serve`: its help, and from the command line to what the server is made from.

import { definedProps } from "../../protocol/defined-props.ts";
import type { ServerOptions } from "../../serve/options.ts";
import { usageError } from "../../text/usage-error.ts";
import { Parser } from "../command-line/parser.ts";
import { type OutputOptions, outputOf } from "../command-line/tunnel-command.ts";
import { type ParsedServeOptions, serveOptions } from "./serve-options.ts";

export interface ServeCommand {
  readonly kind: "serve";
  readonly options: ServerOptions;
  /** Their passwords are asked for. */
  readonly users: readonly string[];
  /** To be read. */
  readonly tls: { readonly certificate: string; readonly key: string } | undefined;
  readonly requireTls: boolean;
  readonly requireReuse: boolean;
  readonly output: OutputOptions;
}

export function serveParser(): Parser<ParsedServeOptions> {
  return new Parser(
    {
      usage: [
        "serve [DIR] [options]            serve DIR, or the current directory",
        "passwd --help                    users for --password-file",
      ],
      about: [
        "Sallyport's own FTP server.",
        "",
        "Examples:",
        "  sallyport serve /srv/ftp --anonymous",
        "      anybody on this machine may read /srv/ftp at ftp://127.0.0.1:2121",
        "  sallyport serve --user alice --atomic-uploads",
        "      serves the current directory to alice; asks for her password",
        "  sallyport serve /srv/ftp --listen '*:2121' --password-file users --require-tls \\",
        "      --tls-certificate cert.pem --tls-key key.pem",
        "      for other machines, inside TLS",
      ],
      notes: [
        "It listens on this machine only unless --listen says otherwise. Without TLS, passwords and files",
        "cross the network for all to read. Ctrl-C ends it; running transfers get ten seconds to finish.",
        "Exit status: 0 after SIGINT or SIGTERM, 2 usage, 1 other errors.",
      ],
    },
    serveOptions,
  ).operands("[directory]");
}

/** Throws `USAGE_INVALID`. */
export function parseServe(args: readonly string[]): ServeCommand {
  const { values, args: operands } = serveParser().parseArgs(args);
  if (!hasUsers(values)) {
    throw usageError("nobody could log in", "Use --user NAME, --password-file FILE or --anonymous.");
  }
  const { options, ...rest } = serverOf(values);
  return { kind: "serve", ...rest, options: { ...options, files: operands[0] ?? ".", ...sshOf(values) } };
}

/** Somebody is named who may log in. */
export function hasUsers({ users = [], passwordFile, anonymous }: ParsedServeOptions): boolean {
  return users.length > 0 || passwordFile !== undefined || anonymous !== undefined;
}

/** All but what is served. Throws `USAGE_INVALID`. */
export function serverOf(values: ParsedServeOptions): Omit<ServeCommand, "kind"> {
  const { users = [], certificate, key, requireTls = false, requireReuse = false, ssh, ...others } = values;
  const { verbosity, quiet, json, log, trace, ...options } = others;
  if ((certificate === undefined) !== (key === undefined)) {
    throw usageError("--tls-certificate and --tls-key belong together", "Give both.");
  }
  const needsTls = requireTls || requireReuse || options.listen?.some(({ implicitTls }) => implicitTls);
  if (needsTls && certificate === undefined) {
    throw usageError("TLS needs a certificate", "Add --tls-certificate and --tls-key.");
  }
  const { authorizedKeysFile, hostKeyFile, permitOpen, gatewayPorts, ...ftp } = options;
  return {
    options: { ...ftp, ...listenersOf(values) },
    users,
    tls: certificate === undefined || key === undefined ? undefined : { certificate, key },
    requireTls,
    requireReuse,
    output: outputOf(values),
  };
}

/** --implicit-tls adds a listener, and takes none away. */
function listenersOf({ listen }: ParsedServeOptions): Pick<ServerOptions, "listen"> {
  if (listen === undefined) return {};
  return { listen: listen.every(({ implicitTls }) => implicitTls) ? [{}, ...listen] : listen };
}

export function sshOf(values: ParsedServeOptions): Pick<ServerOptions, "ssh"> {
  const { ssh, users = [], passwordFile, authorizedKeysFile, hostKeyFile, permitOpen, gatewayPorts } = values;
  const options = definedProps({ authorizedKeysFile, hostKeyFile, permitOpen, gatewayPorts });
  if (ssh !== undefined) {
    if (users.length > 0 || passwordFile !== undefined) return { ssh: { ...ssh, ...options } };
    throw usageError("nobody could log in by SSH: anonymous users cannot", "Use --user NAME or --password-file FILE.");
  }
  if (Object.keys(options).length === 0) return {};
  throw usageError("an option for the SSH server needs --ssh", "Add --ssh.");
}
