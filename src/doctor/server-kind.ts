// Which server it is, by its greeting: remedies are settings, and each server has its own.

import type { RemedyAt } from "../protocol/findings/finding.ts";
import type { ControlFacts, Facts } from "./facts.ts";

const kinds: readonly (readonly [pattern: RegExp, kind: RemedyAt])[] = [
  [/vsftpd/i, "vsftpd"],
  [/proftpd/i, "ProFTPD"],
  [/pure-?ftpd/i, "Pure-FTPd"],
  [/filezilla server/i, "FileZilla Server"],
  [/microsoft ftp/i, "IIS"],
];

/** undefined: its greeting does not say. */
export function serverKindOf({ controls }: Pick<Facts, "controls">): RemedyAt | undefined {
  const text = controls.flatMap(({ greeting, system }: ControlFacts) => [...(greeting?.lines ?? []), system ?? ""]);
  return kinds.find(([pattern]) => pattern.test(text.join("\n")))?.[1];
}

const servers: ReadonlySet<RemedyAt> = new Set(kinds.map(([, kind]) => kind));

/** True for what can be done here: not for the settings of other servers than this one. */
export const isForServer = (at: RemedyAt, kind: RemedyAt | undefined): boolean =>
  kind === undefined || kind === at || !servers.has(at);
