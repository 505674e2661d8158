// `--via`, and the options of ssh beside it, for all commands of the FTP client.

import { definedProps } from "../../protocol/defined-props.ts";
import { ownEntry } from "../../protocol/own-entry.ts";
import type { SshHostOptions } from "../../ssh/ssh-connection.ts";
import { parseDestination } from "./destination.ts";
import type { Draft, OptionRow } from "./option-row.ts";
import { sallyportOptions } from "./sallyport-options.ts";
import { sshOptions } from "./ssh-options.ts";
import { usageError } from "./usage-error.ts";

/** Where to and how; the questions of SSH are added by who runs it. */
export type Via = Required<Pick<SshHostOptions, "ssh" | "transport">>;

export interface ViaDraft extends Draft {
  via?: string;
}

export interface OtherUse {
  readonly isThere: boolean;
  /** `name an sftp:// host` */
  readonly hint: string;
}

/** What is for SSH and means nothing without --via. */
const given: Readonly<Record<string, (draft: ViaDraft) => boolean>> = {
  "-i": ({ identityFiles }) => identityFiles.length > 0,
  "-F": ({ configFile }) => configFile !== undefined,
  "-J": ({ jump }) => jump !== undefined,
  "-o": ({ sshOptions: lines }) => lines.length > 0,
  "-p": ({ port }) => port !== undefined,
  "--ssh": ({ transport }) => transport !== undefined,
};

/** `--via` itself, then those options as the tunnel has them. `more`: what else the page says of it. */
export function viaRows<Group extends string>(group: Group, more = ""): readonly OptionRow<ViaDraft, Group>[] {
  const via: OptionRow<ViaDraft, Group> = {
    long: "--via",
    values: ["[USER@]SSH-HOST[:PORT]"],
    group,
    help: "go through this SSH server; opens no port here",
    more: `The FTP server's name is looked up there. ${more}`.trim(),
    apply: (draft, value) => {
      draft.via = value;
    },
  };
  const beside = [...sshOptions, ...sallyportOptions].filter(({ short, long }) =>
    Object.hasOwn(given, short ?? long ?? ""),
  );
  return [via, ...beside.map((row) => ({ ...row, group }))];
}

/**
 * `[user@]host[:port]` or `ssh://`; undefined without --via. `otherwise`: what else the options of ssh could be for, and
 * whether that is there. Throws `USAGE_INVALID`.
 */
export function viaOf(draft: ViaDraft, otherwise?: OtherUse): Via | undefined {
  const { via, identityFiles, configFile, jump, sshOptions: options, port, transport = "auto" } = draft;
  if (via === undefined) {
    const stray = Object.keys(given).find((name) => ownEntry(given, name)?.(draft));
    if (stray === undefined || otherwise?.isThere === true) return undefined;
    const add = `Add --via [user@]ssh-host${otherwise === undefined ? "" : `, or ${otherwise.hint}`}.`;
    throw usageError(
      `${stray} is for the SSH connection of --via`,
      stray === "-p" ? `${add} The FTP server's port stands in the URL, or behind the host.` : add,
    );
  }
  const place = parseDestination(via.includes("://") || isBareIpv6(via) ? via : `ssh://${via}`);
  if (port !== undefined && place.port !== undefined && port !== place.port) {
    throw usageError(`-p ${port} and --via ${via} name two ports`, "Give one of them.");
  }
  return {
    transport,
    ssh: {
      ...place,
      ...definedProps({ port }),
      identityFiles,
      options,
      ...definedProps({ configFile, jump }),
    },
  };
}

/** `[user@]::1`: two colons and no brackets are no port. */
function isBareIpv6(via: string): boolean {
  const host = via.slice(via.lastIndexOf("@") + 1);
  return !host.includes("[") && host.split(":").length > 2;
}
