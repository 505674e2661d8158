// What ssh itself makes of the user's configuration and options: `ssh -G`.
import { execFile } from "node:child_process";
import { limits } from "../../protocol/limits.ts";
import { userArguments } from "../ssh-arguments.ts";
import { type SshOptions, targetOf } from "../ssh-connection.ts";
import { explainFailure } from "./ssh-failure.ts";

export interface EffectiveSettings {
  /** Value of a keyword in lower case; keywords with several values give the last one. */
  get(keyword: string): string | undefined;
}

/** Throws SSH_CONFIG where ssh does not accept the configuration; an aborted signal's reason is rethrown. */
export async function readEffectiveSettings(
  program: string,
  options: SshOptions,
  signal: AbortSignal,
): Promise<EffectiveSettings> {
  const args = ["-G", ...userArguments(options), "--", options.host];
  const { failed, stdout, stderr } = await run(program, args, signal);
  signal.throwIfAborted();
  if (failed) throw explainFailure(targetOf(options), stderr.split("\n"), "SSH_CONFIG");
  return parse(stdout);
}

function run(
  program: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<{ failed: boolean; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(program, args, { signal, maxBuffer: limits.sshSettingsBytesMax }, (error, stdout, stderr) =>
      resolve({ failed: error !== null, stdout, stderr }),
    );
  });
}

/** Lines of `keyword value`. */
function parse(text: string): EffectiveSettings {
  const settings = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [keyword = "", ...rest] = line.split(" ");
    if (keyword !== "") settings.set(keyword.toLowerCase(), rest.join(" "));
  }
  return settings;
}
