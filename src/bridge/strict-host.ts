// Host keys of a bridge are checked, whatever a configuration file says: nobody watches it who could be asked later.
import { SallyportError } from "../protocol/error.ts";
import type { SshOptions } from "../ssh/ssh-connection.ts";

const checking = /^\s*StrictHostKeyChecking\s*(?:=|\s)\s*"?(\S+?)"?\s*$/i;

/**
 * `ask`: an unknown key is a question at the start, and a refusal where nobody can be asked; `yes`: always a refusal. Throws
 * `CONFIG_INVALID` for options that would let any key pass.
 */
export function strictHost(ssh: SshOptions, unknown: "ask" | "yes"): SshOptions {
  for (const option of ssh.options ?? []) {
    const value = checking.exec(option)?.[1]?.toLowerCase();
    if (value === undefined || value === "yes" || value === "ask") continue;
    throw new SallyportError("CONFIG_INVALID", `a bridge does not take StrictHostKeyChecking=${value}`, {
      hint: "Put the server's key into known_hosts: ssh-keyscan and compare the fingerprint, or log in once with ssh.",
    });
  }
  const isStrict = (ssh.options ?? []).some((option) => checking.exec(option)?.[1]?.toLowerCase() === "yes");
  // ssh takes the first value that it meets.
  return { ...ssh, options: [`StrictHostKeyChecking=${isStrict ? "yes" : unknown}`, ...(ssh.options ?? [])] };
}
