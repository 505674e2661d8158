// All findings, by their numbers: D02 to D20 are the scenarios of the same number, and a number never changes its meaning. The
// doctor, `sallyport explain` and docs/reference/findings.md are made from it.
import { type DataFindingId, dataFindings } from "./data-findings.ts";
import type { FindingRow } from "./finding.ts";
import { type SessionFindingId, sessionFindings } from "./session-findings.ts";

export type FindingId = DataFindingId | SessionFindingId;

/** In the order of their numbers. */
export const findingRows: Readonly<Record<FindingId, FindingRow>> = Object.fromEntries(
  Object.entries({ ...dataFindings, ...sessionFindings }).sort(([one], [other]) => one.localeCompare(other)),
) as Record<FindingId, FindingRow>;

export const isFindingId = (text: string): text is FindingId => Object.hasOwn(findingRows, text);
