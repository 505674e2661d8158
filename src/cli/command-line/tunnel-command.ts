// What a command line asks for, once it has been understood.

import { SallyportError } from "../../protocol/error.ts";
import { isLoopback } from "../../protocol/ip-address.ts";
import type { SshOptions } from "../../ssh/ssh-connection.ts";
import type { Forward, TunnelOptions } from "../../tunnel/options.ts";
import { type Destination, parseDestination } from "./destination.ts";
import type { ForwardSpec } from "./forward-spec.ts";
import type { Draft, LogFormat } from "./option-row.ts";
import { usageError } from "./usage-error.ts";

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
  readonly background: boolean;
  /** Words after `--`; empty when there are none. */
  readonly command: readonly string[];
  readonly output: OutputOptions;
}

/** Puts the parts together and checks them against each other. Throws `USAGE_INVALID` or `POLICY_BIND`. */
export function assemble(draft: Draft, destination: string, command: readonly string[]): TunnelCommand {
  if (draft.background && command.length > 0) {
    throw usageError(
      "-f and a command after -- cannot be used together",
      "Leave -f out, or put & after the whole line.",
    );
  }
  if (draft.background && draft.trace !== undefined && draft.trace.file === undefined) {
    throw usageError("--trace without FILE writes to standard error, which -f closes", "Write --trace=FILE.");
  }
  if (draft.backAddress !== undefined && (draft.back === "passive" || draft.back === "default-port")) {
    throw usageError(`--back-address has no use with --back ${draft.back}`, "It belongs to --back active or auto.");
  }
  return {
    kind: "tunnel",
    options: given<TunnelCommand["options"]>({
      ssh: sshPart(draft, parseDestination(destination)),
      transport: draft.transport,
      forwards: forwardsOf(draft),
      gatewayPorts: draft.gatewayPorts,
      back: draft.back,
      backAddress: draft.backAddress,
      passivePorts: draft.passivePorts,
      passiveAddresses: draft.passiveAddresses,
      allowThirdParty: draft.allowThirdParty,
      sessionsMax: draft.sessionsMax,
      keepaliveMs: draft.keepaliveMs,
      removeAborted: draft.removeAborted,
      noCommand: draft.noCommand,
      checkUser: draft.checkUser,
    }),
    background: draft.background,
    command,
    output: given<OutputOptions>({
      verbosity: draft.verbosity,
      quiet: draft.quiet,
      json: draft.json,
      log: draft.log,
      trace: draft.trace,
    }),
  };
}

// Options win over the destination, as with ssh.
function sshPart(draft: Draft, destination: Destination): SshOptions {
  return given<SshOptions>({
    host: destination.host,
    port: draft.port ?? destination.port,
    user: draft.user ?? destination.user,
    identityFiles: draft.identityFiles,
    configFile: draft.configFile,
    jump: draft.jump,
    options: draft.sshOptions,
    family: draft.family,
    compression: draft.compression,
    verbosity: draft.verbosity,
    quiet: draft.quiet,
  });
}

const defaultForward: ForwardSpec = { port: 2121, host: "localhost", hostPort: 21 };

function forwardsOf(draft: Draft): readonly Forward[] {
  const specs = draft.forwards.length > 0 ? draft.forwards : [defaultForward];
  const seen = new Set<string>();
  return specs.map((spec) => {
    const bind = spec.bind ?? (draft.gatewayPorts ? "*" : "127.0.0.1");
    if (!draft.gatewayPorts && !isLoopback(bind)) throw needsGatewayPorts(bind, spec);
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

/** The fields that are there. */
function given<T extends object>(fields: { readonly [Key in keyof T]: T[Key] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
