// `--via`, and the options of ssh beside it, for all commands of the FTP client.
import { definedProps } from "../../protocol/defined-props.ts";
import type { SshHostOptions } from "../../ssh/ssh-connection.ts";
import { usageError } from "../../text/usage-error.ts";
import { parseDestination } from "./destination.ts";
import { flagOf, type OptionRow } from "./option-table.ts";
import { type ParsedSshOptions, viaSshOptions } from "./ssh-options.ts";

/** Where to and how; the questions of SSH are added by who runs it. */
export type Via = Required<Pick<SshHostOptions, "ssh" | "transport">>;

export interface ParsedViaOptions extends ParsedSshOptions {
  readonly via?: string;
}

export interface OtherUse {
  readonly isThere: boolean;
  /** `name an sftp:// host` */
  readonly hint: string;
}

/** `--via` itself, then those options as the tunnel has them. `more`: what else the page says of it. */
export function viaRows(more = ""): readonly OptionRow<ParsedViaOptions>[] {
  const via: OptionRow<ParsedViaOptions> = {
    flags: "--via <[USER@]SSH-HOST[:PORT]>",
    key: "via",
    help: "go through this SSH server; opens no port here",
    more: `The FTP server's name is looked up there. ${more}`.trim(),
  };
  return [via, ...viaSshOptions];
}

/**
 * `[user@]host[:port]` or `ssh://`; undefined without --via. `otherwise`: what else the options of ssh could be for, and
 * whether that is there. Throws `USAGE_INVALID`.
 */
export function viaOf(values: ParsedViaOptions, otherwise?: OtherUse): Via | undefined {
  const { via, identityFiles = [], options = [], configFile, jump, port, transport = "auto" } = values;
  if (via === undefined) {
    const stray = viaSshOptions.find(({ key }) => values[key] !== undefined);
    if (stray === undefined || otherwise?.isThere === true) return undefined;
    const flag = flagOf(stray);
    const add = `Add --via [user@]ssh-host${otherwise === undefined ? "" : `, or ${otherwise.hint}`}.`;
    throw usageError(
      `${flag} is for the SSH connection of --via`,
      flag === "-p" ? `${add} The FTP server's port stands in the URL, or behind the host.` : add,
    );
  }
  const place = parseDestination(via.includes("://") || isBareIpv6(via) ? via : `ssh://${via}`);
  if (port !== undefined && place.port !== undefined && port !== place.port) {
    throw usageError(`-p ${port} and --via ${via} name two ports`, "Give one of them.");
  }
  return { transport, ssh: { ...place, identityFiles, options, ...definedProps({ port, configFile, jump }) } };
}

/** `[user@]::1`: two colons and no brackets are no port. */
function isBareIpv6(via: string): boolean {
  const host = via.slice(via.lastIndexOf("@") + 1);
  return !host.includes("[") && host.split(":").length > 2;
}
