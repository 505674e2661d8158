// The user's options in ssh's own spelling.
import { SallyportError } from "../../../protocol/error.ts";
import type { SshOptions } from "../../ssh-connection.ts";

/** Arguments for `ssh` up to and with the host name. */
export function sshArguments(options: SshOptions): string[] {
  // A name that looks like an option would be one (CVE-2017-1000117).
  if (options.host === "" || options.host.startsWith("-")) {
    throw new SallyportError("SSH_CONFIG", `'${options.host}' is not a host name`);
  }
  const pair = (flag: string, value: string | number | undefined): string[] =>
    value === undefined ? [] : [flag, String(value)];
  return [
    ...pair("-F", options.configFile),
    ...pair("-p", options.port),
    ...pair("-l", options.user),
    ...pair("-J", options.jump),
    ...(options.identityFiles ?? []).flatMap((file) => ["-i", file]),
    ...(options.options ?? []).flatMap((option) => ["-o", option]),
    ...(options.family === undefined ? [] : [`-${options.family}`]),
    ...(options.compression === true ? ["-C"] : []),
    "--",
    options.host,
  ];
}
