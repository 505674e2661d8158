// `--via`, and the options of ssh beside it.
import type { ViaOptions } from "../../connect/via.ts";
import { parseDestination } from "../command-line/destination.ts";
import { usageError } from "../command-line/usage-error.ts";
import type { TransferDraft } from "./transfer-options.ts";

/** Where to and how; the questions of SSH are added by who runs it. */
export type Via = Required<Pick<ViaOptions, "ssh" | "transport">>;

/** `[user@]host[:port]` or `ssh://`. `hasSftp`: the options of ssh have a host without it, too. Throws `USAGE_INVALID`. */
export function viaOf(draft: TransferDraft, hasSftp: boolean): Via | undefined {
  const { via, identityFiles, configFile, jump, sshOptions, port, transport = "auto" } = draft;
  if (via === undefined) {
    const [stray] = strayOptions(draft);
    if (stray === undefined || hasSftp) return undefined;
    throw usageError(
      `${stray} is for the SSH connection of --via`,
      "Add --via [user@]ssh-host, or name an sftp:// host.",
    );
  }
  const place = parseDestination(via.includes("://") ? via : `ssh://${via}`);
  if (port !== undefined && place.port !== undefined && port !== place.port) {
    throw usageError(`-p ${port} and --via ${via} name two ports`, "Give one of them.");
  }
  return {
    transport,
    ssh: {
      ...place,
      ...(port === undefined ? {} : { port }),
      identityFiles,
      options: sshOptions,
      ...(configFile === undefined ? {} : { configFile }),
      ...(jump === undefined ? {} : { jump }),
    },
  };
}

function strayOptions(draft: TransferDraft): readonly string[] {
  const given: readonly (readonly [string, boolean])[] = [
    ["-i", draft.identityFiles.length > 0],
    ["-o", draft.sshOptions.length > 0],
    ["-F", draft.configFile !== undefined],
    ["-J", draft.jump !== undefined],
    ["-p", draft.port !== undefined],
    ["--ssh", draft.transport !== undefined],
  ];
  return given.flatMap(([name, isGiven]) => (isGiven ? [name] : []));
}
