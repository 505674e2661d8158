// The command line of the ssh that does the work.
import { limits } from "../../protocol/limits.ts";
import type { SshOptions } from "../ssh-connection.ts";
import { userArguments } from "../ssh-settings.ts";
import type { EffectiveSettings } from "./effective-settings.ts";

/**
 * ssh takes the first value that it meets of a setting, so these win over the user's options and configuration. Nothing
 * that protects the user is among them: host keys are checked as the user has it.
 */
const enforced: readonly string[] = [
  "ControlPersist=no", // it would go to the background and not let us see its end
  "ClearAllForwardings=yes", // LocalForward lines of the configuration are for the user's own ssh
  "ExitOnForwardFailure=no",
  "ForwardAgent=no",
  "ForwardX11=no",
  "Tunnel=no",
  "PermitLocalCommand=no",
  "RemoteCommand=none",
];

const defaultKeepaliveSeconds = 15;

export interface MasterSituation {
  readonly socketPath: string;
  readonly settings: EffectiveSettings;
  /** False: ssh must not wait for an answer that nobody can give. */
  readonly canAsk: boolean;
}

export function masterArguments(options: SshOptions, situation: MasterSituation): string[] {
  const { socketPath, settings, canAsk } = situation;
  // Unknown to OpenSSH before 8.7, so it is set only where it is on.
  const background = settings.get("forkafterauthentication") === "yes" ? ["ForkAfterAuthentication=no"] : [];
  return [
    ...["-M", "-N", "-T", "-S", socketPath],
    ...[...enforced, ...background].flatMap((option) => ["-o", option]),
    ...logArguments(options, settings),
    ...userArguments(options),
    ...keepalive(options, settings).flatMap((option) => ["-o", option]),
    ...(canAsk ? [] : ["-o", "BatchMode=yes"]),
    ...["--", options.host],
  ];
}

/**
 * DEBUG1 at least, whatever the user wants to see (ssh-messages.ts sorts that out): it is the only way to learn who made a
 * forwarded connection, and why a request was refused.
 */
function logArguments(options: SshOptions, settings: EffectiveSettings): string[] {
  if ((options.verbosity ?? 0) > 0) return Array.from({ length: Math.min(options.verbosity ?? 0, 3) }, () => "-v");
  return /^DEBUG/i.test(settings.get("loglevel") ?? "") ? [] : ["-o", "LogLevel=DEBUG1"];
}

/** ssh's own default is 0: a server that is gone would never be noticed. Set by the user, it stays. */
function keepalive(options: SshOptions, settings: EffectiveSettings): string[] {
  const isSet = (settings.get("serveraliveinterval") ?? "0") !== "0";
  const isGiven = (options.options ?? []).some((option) => /^\s*ServerAliveInterval\b/i.test(option));
  if (isSet || isGiven) return [];
  const seconds = options.keepaliveSeconds ?? defaultKeepaliveSeconds;
  const count = options.keepaliveCountMax ?? limits.sshKeepaliveCountMax;
  return [`ServerAliveInterval=${seconds}`, `ServerAliveCountMax=${count}`];
}
