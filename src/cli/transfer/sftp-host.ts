// Which SSH server an sftp:// URL means, and how it is reached: the options of ssh are for that host itself.
import { formatEndpoint } from "../../platform/endpoint.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import type { FtpUrl } from "../../protocol/url/ftp-url.ts";
import type { SshHostOptions, SshOptions } from "../../ssh/ssh-connection.ts";
import { usageError } from "../../text/usage-error.ts";
import { parseDestination } from "../command-line/destination.ts";
import type { Via } from "../command-line/via-option.ts";
import type { ParsedTransferOptions } from "./transfer-options.ts";

/** What the command line gives for SSH beside the URL. */
export interface SftpAccess {
  readonly transport: "auto" | "openssh" | "embedded";
  readonly ssh: Omit<SshOptions, "host" | "user">;
}

/** `--via` is one more jump host, the last one before the server. */
export function sftpAccess(values: ParsedTransferOptions, via: Via | undefined): SftpAccess {
  const { identityFiles = [], configFile, jump, options = [], port, transport = "auto" } = values;
  const jumps = [jump, via === undefined ? undefined : jumpOf(via.ssh)].filter((one) => one !== undefined);
  return {
    transport,
    ssh: {
      identityFiles,
      options,
      ...(port === undefined || via !== undefined ? {} : { port }),
      ...definedProps({ configFile }),
      ...(jumps.length === 0 ? {} : { jump: jumps.join(",") }),
    },
  };
}

function jumpOf({ host, port, user }: SshOptions): string {
  const place = port === undefined ? (host.includes(":") ? `[${host}]` : host) : formatEndpoint({ host, port });
  return user === undefined ? place : `${user}@${place}`;
}

/** Throws `USAGE_INVALID` for a URL that ssh could not be given. */
export function sftpHost({ host, port, user }: FtpUrl, { transport, ssh }: SftpAccess): SshHostOptions {
  return {
    transport,
    ssh: {
      ...ssh,
      ...parseDestination(user === undefined ? bracketed(host) : `${user}@${bracketed(host)}`),
      ...definedProps({ port }),
    },
  };
}

const bracketed = (host: string): string => (host.includes(":") ? `[${host}]` : host);

/** What would be ignored, or be a secret in the wrong place. Throws `USAGE_INVALID`. */
export function checkSftpUrls(urls: readonly FtpUrl[], values: ParsedTransferOptions): void {
  const ours = urls.filter(({ scheme }) => scheme === "sftp");
  for (const url of ours) {
    if (url.password !== undefined) {
      throw usageError("an sftp:// URL takes no password", "Leave it out: ssh asks for it, or takes a key (-i).");
    }
    if (values.port !== undefined && values.via === undefined && url.port !== undefined && url.port !== values.port) {
      throw usageError(`-p ${values.port} and the URL's port ${url.port} differ`, "Give one of them.");
    }
    sftpHost(url, sftpAccess(values, undefined));
  }
  if (ours.length === 0 || ours.length < urls.length) return;
  const [stray] = [
    values.mode === undefined ? [] : [`--${values.mode}`],
    values.explicitTls ? ["--tls"] : [],
    values.tlsCa === undefined ? [] : ["--tls-ca"],
    values.debug ? ["-d"] : [],
  ].flat();
  if (stray !== undefined) throw usageError(`${stray} is for FTP, and there is no ftp:// URL`, "Leave it out.");
}
