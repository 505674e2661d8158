// Where OpenSSH is installed, it says itself what its configuration means: `ssh -G`.
import { execFile } from "node:child_process";
import { SallyportError } from "../../../protocol/error.ts";
import { limits } from "../../../protocol/limits.ts";
import type { SshOptions } from "../../ssh-connection.ts";
import { type ConfigSource, parseSshG, type RawConfig } from "./raw-config.ts";
import { sshArguments } from "./ssh-arguments.ts";

/** `undefined` where there is no ssh, or one that is not OpenSSH 6.8 or later. Throws `SSH_CONFIG` with ssh's words. */
export async function askSsh(options: SshOptions, signal: AbortSignal): Promise<ConfigSource | undefined> {
  const args = sshArguments(options);
  const [config, defaults] = await Promise.all([
    runSshG(args, signal),
    runSshG(["-F", "none", "--", options.host], signal).catch(() => undefined),
  ]);
  signal.throwIfAborted();
  return config === undefined ? undefined : { config, defaults: defaults ?? new Map() };
}

function runSshG(args: readonly string[], signal: AbortSignal): Promise<RawConfig | undefined> {
  return new Promise((resolve, reject) => {
    const bounds = { signal, timeout: limits.sshHandshakeMs, maxBuffer: 4 * 1_048_576 };
    const child = execFile("ssh", ["-G", ...args], bounds, (error, stdout, stderr) => {
      if (error === null && /^hostname /m.test(stdout)) resolve(parseSshG(stdout));
      else if (signal.aborted) reject(signal.reason);
      else if (error === null || error.code === "ENOENT" || /(unknown|illegal|invalid) option.*G/.test(stderr)) {
        resolve(undefined);
      } else reject(refused(stderr, error));
    });
    child.stdin?.end();
  });
}

function refused(stderr: string, cause: Error): SallyportError {
  // "terminating, 1 bad configuration options" comes last, and names nothing.
  const lines = stderr.split("\n").map((line) => line.trim());
  const words = lines.filter((line) => line !== "" && !/: terminating, \d+ bad/.test(line)).join("; ") || cause.message;
  return new SallyportError("SSH_CONFIG", `ssh does not accept its configuration: ${words}`, {
    cause,
    hint: "Correct the option or the line of the configuration file that ssh names.",
  });
}
