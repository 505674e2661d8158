// What the user asked of ssh(1) as its arguments, and what ssh itself makes of them and of its configuration (`ssh -G`).
import type { ExecFileException } from "node:child_process";
import { nodeChildProcess } from "../platform/on-demand.ts";
import { SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import type { SshOptions } from "./ssh-connection.ts";

/** A word that ssh would take for an option, or that would end its line. */
function checkWord(what: string, word: string): void {
  if (word !== "" && !word.startsWith("-") && !/[\u0000-\u001f\u007f]/.test(word)) return;
  throw new SallyportError("USAGE_INVALID", `${JSON.stringify(word)} cannot be ${what}`, {
    hint: "Give [user@]host as for ssh; it must not be empty or begin with a dash.",
  });
}

/** Refuses what OpenSSH refuses: those characters have a meaning in ProxyCommand and in `Match exec`. */
export function isSshUser(user: string): boolean {
  return user !== "" && !/^-|['`"$;&<>|(){}\s\p{Cc}]|\\$/u.test(user);
}

function checkOption(option: string): void {
  if (/^\s*[A-Za-z][A-Za-z0-9]*(\s*=|\s)/.test(option) && !/[\r\n\0]/.test(option)) return;
  throw new SallyportError("USAGE_INVALID", `${JSON.stringify(option)} is not an option for ssh`, {
    hint: "Write -o Name=value; ssh_config(5) lists the names.",
  });
}

/** Throws USAGE_INVALID for words that ssh would misunderstand. `user@host` is one word to ssh, so the parts are checked. */
export function checkSshOptions(options: SshOptions): void {
  checkWord("an SSH host", options.host);
  if (options.user !== undefined) checkWord("a user name", options.user);
  if (options.jump !== undefined) checkWord("a jump host", options.jump);
  for (const option of options.options ?? []) checkOption(option);
}

/** All but the host. -q and -v are not among them: they decide what is shown, see {@link logArguments}. */
export function userArguments(options: SshOptions): string[] {
  return [
    ...(options.configFile === undefined ? [] : ["-F", options.configFile]),
    ...(options.port === undefined ? [] : ["-p", String(options.port)]),
    ...(options.user === undefined ? [] : ["-l", options.user]),
    ...(options.identityFiles ?? []).flatMap((file) => ["-i", file]),
    ...(options.jump === undefined ? [] : ["-J", options.jump]),
    ...(options.options ?? []).flatMap((option) => ["-o", option]),
    ...(options.family === undefined ? [] : [`-${options.family}`]),
    ...(options.compression === true ? ["-C"] : []),
  ];
}

/** Keyword in lower case to its values; several for IdentityFile and the like. */
export type SshSettings = ReadonlyMap<string, readonly string[]>;

type SshGAnswer =
  | { readonly settings: SshSettings }
  | { readonly settings?: undefined; readonly error: ExecFileException; readonly stderr: string };

/** `ssh -G`; `Match exec` is run then. Rejects with the signal's reason. */
export function runSshG(
  program: string,
  args: readonly string[],
  signal: AbortSignal,
  timeoutMs = 0,
): Promise<SshGAnswer> {
  return new Promise((resolve, reject) => {
    const bounds = { signal, timeout: timeoutMs, maxBuffer: limits.sshSettingsBytesMax };
    const child = nodeChildProcess().execFile(program, ["-G", ...args], bounds, (error, stdout, stderr) => {
      if (signal.aborted) reject(signal.reason);
      else resolve(error === null ? { settings: parseSshG(stdout) } : { error, stderr });
    });
    child.stdin?.end();
  });
}

/** `keyword value` lines, as `ssh -G` prints them. */
export function parseSshG(text: string): SshSettings {
  const settings = new Map<string, string[]>();
  for (const line of text.split(/\r?\n/)) {
    const [, keyword, value] = /^(\S+) (.*)$/.exec(line) ?? [];
    if (keyword === undefined || value === undefined) continue;
    const values = settings.get(keyword.toLowerCase()) ?? [];
    values.push(value);
    settings.set(keyword.toLowerCase(), values);
  }
  return settings;
}
