// A host's settings as keywords and text, wherever they come from, and the kinds of values that they have.

import { SallyportError } from "../../../protocol/error.ts";
import { ownEntry } from "../../../protocol/own-entry.ts";
import type { SshSettings } from "../../ssh-settings.ts";

export interface ConfigSource {
  readonly config: SshSettings;
  /** What the settings would be without any file or option; what equals it was not asked for. */
  readonly defaults: SshSettings;
}

/** The first value of a keyword. `none` counts as a value. */
export function first(config: SshSettings, keyword: string): string | undefined {
  return config.get(keyword)?.[0];
}

/** The value if somebody set it to other than the default. */
export function configured(source: ConfigSource, keyword: string): string | undefined {
  const value = first(source.config, keyword);
  return value === first(source.defaults, keyword) ? undefined : value;
}

/** A value, unless it is `none`. */
export function setting(config: SshSettings, keyword: string): string | undefined {
  const value = first(config, keyword);
  return value === undefined || value === "" || value.toLowerCase() === "none" ? undefined : value;
}

/** `yes` and `no` in all their spellings. */
export function flag(config: SshSettings, keyword: string, usual: boolean): boolean {
  const value = first(config, keyword)?.toLowerCase();
  if (value === undefined) return usual;
  // pubkeyauthentication has its own values: unbound and host-bound are both yes.
  return !["no", "false", "none", "off", "0"].includes(value);
}

/** One of a table's words. */
export function oneOf<T>(config: SshSettings, keyword: string, table: Readonly<Record<string, T>>, usual: T): T {
  const value = first(config, keyword)?.toLowerCase();
  if (value === undefined) return usual;
  const found = ownEntry(table, value);
  if (found === undefined) throw invalid(keyword, value);
  return found;
}

/** A number of at most nine digits. */
export function whole(value: string, keyword: string): number {
  if (!/^\d{1,9}$/.test(value)) throw invalid(keyword, value);
  return Number(value);
}

/** sshd_config(5), TIME FORMATS: `90`, `1m30s`. `ssh -G` prints seconds. */
export function seconds(config: SshSettings, keyword: string): number | undefined {
  const value = setting(config, keyword);
  if (value === undefined) return undefined;
  const units: Readonly<Record<string, number>> = { "": 1, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
  if (!/^(\d{1,9}[smhdw]?)+$/i.test(value)) throw invalid(keyword, value);
  return [...value.matchAll(/(\d+)([smhdw]?)/gi)]
    .map(([, count, unit = ""]) => Number(count) * (ownEntry(units, unit.toLowerCase()) ?? 1))
    .reduce((sum, part) => sum + part, 0);
}

/** The error for a value that makes no sense. */
export function invalid(keyword: string, value: string | undefined): SallyportError {
  return new SallyportError("SSH_CONFIG", `${keyword} cannot be '${value ?? ""}'`, {
    hint: "Correct the SSH configuration; ssh_config(5) lists the values.",
  });
}
