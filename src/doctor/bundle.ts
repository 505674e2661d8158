// Everything that an examination saw, for a bug report, without secrets.
import type { TraceEvent } from "../platform/trace.ts";
import { limits } from "../protocol/limits.ts";
import type { Facts } from "./facts.ts";
import type { DoctorReport } from "./report.ts";
import { type Secrets, scrub } from "./scrub.ts";

/** What the program knows of itself and of this machine. */
export interface BundleAbout {
  readonly program: string;
  readonly node: string;
  readonly platform: string;
  readonly sshClient?: string;
  readonly args: readonly string[];
  /** Names only. */
  readonly environment: readonly string[];
}

const contents = {
  about: "versions, the command line, and which environment variables were set (names alone)",
  report: "what --json prints",
  facts: "what each step saw",
  dialogue: "commands and replies of the control connections, and their data connections",
  removed: "passwords, passphrases, keys, tokens, and the names of users",
  kept: "names and addresses of hosts, ports, and what the servers said: read it before you give it away",
};

/** Lines of one JSON object. */
export function bundleText(
  about: BundleAbout,
  seen: { readonly report: DoctorReport; readonly facts: Facts; readonly dialogue: readonly TraceEvent[] },
  secrets: Secrets,
): string {
  const { report, facts, dialogue } = seen;
  const kept = dialogue.slice(0, limits.doctorBundleEventsMax);
  const all = { contents, about, report, facts, dialogue: kept, left: dialogue.length - kept.length };
  return `${JSON.stringify(scrub(all, secrets), null, 1)}\n`;
}
