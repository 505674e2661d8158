// A finding's remedies where one line is all there is: hints of errors, and replies.
import type { RemedyAt } from "./finding.ts";
import { type FindingId, findingRows } from "./findings.ts";

/** Each server has its own settings, too many for a line. */
const anywhere: ReadonlySet<RemedyAt> = new Set(["sshd_config", "server", "client"]);

/** What helps wherever it is, and the number that `sallyport explain` has more about. */
export function hintOf(id: FindingId): string {
  const remedies = findingRows[id].remedies.flatMap(([at, what]) => (anywhere.has(at) ? [`${at}: ${what}`] : []));
  return [...remedies, more(id)].join("; ");
}

const more = (id: FindingId): string => `more: sallyport explain ${id}`;

/** A hint as it stands elsewhere, with the number of the finding; one from the table gives way to that finding's. */
export function hintFor(hint: string, id: FindingId): string {
  return /; more: sallyport explain D\d\d$/.test(hint) ? hintOf(id) : `${hint.replace(/\.$/, "")}; ${more(id)}`;
}

/** What is wrong, and what helps. */
export const adviceOn = (id: FindingId): string => `${findingRows[id].title} (${hintOf(id)})`;
