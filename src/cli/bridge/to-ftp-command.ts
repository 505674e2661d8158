// `sallyport bridge --to-ftp`: its help, and from the command line to what the bridge is made from.
import type { DataMode } from "../../client/client-options.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import { looksLikeUrl, parseFtpUrl } from "../../protocol/url/parse-ftp-url.ts";
import { urlPath } from "../../protocol/url/url-path.ts";
import { usageError } from "../../text/usage-error.ts";
import { Parser } from "../command-line/parser.ts";
import { type Via, viaOf } from "../command-line/via-option.ts";
import { hasUsers, type ServeCommand, serverOf, sshOf } from "../serve/serve-command.ts";
import { type ParsedToFtpOptions, toFtpOptions } from "./to-ftp-options.ts";

export interface ToFtpCommand {
  readonly kind: "bridge-to-ftp";
  /** The SSH side, but for the files. */
  readonly serve: ServeCommand;
  readonly target: {
    readonly host: string;
    readonly port?: number;
    readonly user?: string;
    readonly password?: string;
  };
  /** Directory at the server; `""` is where the login begins. */
  readonly root: string;
  readonly mode: "auto" | DataMode;
  readonly tls?: "explicit" | "implicit";
  /** File with roots to trust. */
  readonly tlsCa?: string;
  readonly via?: Via;
}

export function toFtpParser(): Parser<ParsedToFtpOptions> {
  return new Parser(
    {
      usage: ["bridge --to-ftp [--listen [ADDRESS:]PORT] [options] [USER@]FTP-HOST[:PORT][/PATH]"],
      about: [
        "An SSH server (SFTP, scp) whose files are on an FTP server.",
        "",
        "Examples:",
        "  sallyport bridge --to-ftp --user partner plant@ftp-host/export",
        "      SFTP for partner at port 2222 of this machine; the directory export of plant is /",
        "  sallyport bridge --to-ftp --listen '*:2222' --password-file users --authorized-keys keys/%u \\",
        "      --via gate ftp-host",
        "      for other machines; the FTP server is reached through the SSH server gate",
      ],
      notes: [
        "USER and password of the FTP server come from the command line, from ~/.netrc, or are asked for.",
        "Files are read and written from start to end. Ctrl-C ends it.",
        "Exit status: 0 after SIGINT or SIGTERM, 2 usage, 255 SSH failed, 1 other errors.",
      ],
      column: 32,
    },
    toFtpOptions,
  ).operands("[destination]");
}

/** Throws `USAGE_INVALID`. */
export function parseToFtp(args: readonly string[]): ToFtpCommand {
  const { values, args: operands } = toFtpParser().parseArgs(args);
  const [text] = operands;
  if (text === undefined) {
    throw usageError(
      "the destination is missing: the FTP server",
      "Write sallyport bridge --to-ftp [USER@]HOST[/PATH].",
    );
  }
  if (!hasUsers(values)) throw usageError("nobody could log in", "Use --user NAME or --password-file FILE.");
  const { toFtp, ftpTls, tlsCa, mode = "auto", listen = [{}], via, ...others } = values;
  if (listen.length > 1)
    throw usageError("--listen was given twice", "An SSH server listens at one address; * is every one.");
  const { port, user, identityFiles, configFile, jump, options, family, compression, transport, ...served } = others;
  const { encoding, debug, explain, ...server } = served;
  const { users = [] } = values;
  const { host = "127.0.0.1", port: sshPort = 2222 } = listen[0] ?? {};
  const own = { ...server, listen: [], users };
  const url = parseFtpUrl(looksLikeUrl(text) ? text : `ftp://${text}`);
  if (url.scheme === "sftp") throw usageError("--to-ftp leads to an FTP server, not to SFTP", "Leave --to-ftp out.");
  const tls = url.scheme === "ftps" ? "implicit" : ftpTls;
  const serve = serverOf(own);
  const ssh = sshOf({ ...own, ssh: { host, port: sshPort } });
  return {
    kind: "bridge-to-ftp",
    serve: { kind: "serve", ...serve, options: { ...serve.options, listen: [], ...ssh } },
    target: {
      host: url.host,
      ...definedProps({ port: url.port, user: url.user, password: url.password?.reveal() }),
    },
    root: urlPath(url),
    mode,
    ...definedProps({ tls, tlsCa, via: viaOf(values) }),
  };
}
