// What ssh itself makes of the user's configuration and options: `ssh -G`.

import { type SshOptions, targetOf } from "../ssh-connection.ts";
import { runSshG, userArguments } from "../ssh-settings.ts";
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
  const answer = await runSshG(program, [...userArguments(options), "--", options.host], signal);
  const { settings } = answer;
  if (settings === undefined) throw explainFailure(targetOf(options), answer.stderr.split("\n"), "SSH_CONFIG");
  return { get: (keyword) => settings.get(keyword)?.at(-1) };
}
