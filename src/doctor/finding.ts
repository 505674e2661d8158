// A finding as it was found here: where, how bad, and what shows it.

import type { FindingId } from "../protocol/findings/findings.ts";
import type { WayName } from "./facts.ts";

/** `note`: worth knowing; nothing fails because of it. */
export type Severity = "failure" | "warning" | "note";

export interface Finding {
  readonly id: FindingId;
  /** Where it was seen; absent: on the way to the SSH host. */
  readonly way?: WayName;
  readonly severity: Severity;
  /** Lines: what was said, which connection came to what. */
  readonly evidence: readonly string[];
}
