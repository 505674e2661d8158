// What it comes to: which modes work from here, which way to use, and the exit status.
import { type Facts, type ProbedMode, probedModes, type WayName } from "./facts.ts";
import type { Finding } from "./finding.ts";

export type Health = "well" | "warnings" | "broken" | "unknown";

export interface Verdict {
  readonly health: Health;
  readonly working: Readonly<Record<WayName, readonly ProbedMode[]>>;
}

/** In the order of the modes, each way. */
export function verdictOf({ data }: Facts, findings: readonly Finding[]): Verdict {
  const modesOf = (way: WayName): readonly ProbedMode[] =>
    probedModes.filter((mode) => data.some((fact) => fact.way === way && fact.mode === mode && fact.works));
  const working = { direct: modesOf("direct"), ssh: modesOf("ssh") };
  return { working, health: healthOf(working, data.length > 0, findings) };
}

function healthOf(working: Verdict["working"], isComplete: boolean, findings: readonly Finding[]): Health {
  const works = working.direct.length + working.ssh.length > 0;
  // One of the modes, whatever becomes of a transfer from server to server.
  if (works) return findings.every(({ severity }) => severity === "note") ? "well" : "warnings";
  if (findings.some(({ severity }) => severity === "failure")) return "broken";
  return isComplete && findings.length > 0 ? "broken" : "unknown";
}
