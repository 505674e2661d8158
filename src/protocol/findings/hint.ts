// A finding's remedies where one line is all there is: hints of errors, and replies.
import type { SallyportError } from "../error.ts";
import type { RemedyAt } from "./finding.ts";
import { type FindingId, findingRows } from "./findings.ts";

/** What stands before a remedy; the settings of each FTP server are too many for a line. */
const anywhere: Readonly<Partial<Record<RemedyAt, string>>> = { sshd_config: "sshd_config: ", server: "", client: "" };

/** What helps wherever it is, and the number that `sallyport explain` has more about. */
export function hintOf(id: FindingId): string {
  const remedies = findingRows[id].remedies.flatMap(([at, what]) => {
    const before = anywhere[at];
    return before === undefined ? [] : [`${before}${what}`];
  });
  return [...remedies, more(id)].join("; ").replace(/^[a-z](?=[a-z]* )/, (letter) => letter.toUpperCase());
}

const more = (id: FindingId): string => `more: sallyport explain ${id}`;

/** An error's hint, with the number of its finding; one from the table gives way to that finding's. */
export function hintFor({ hint, details }: SallyportError, id: FindingId): string | undefined {
  if (hint === undefined || details.finding !== undefined) return hint && hintOf(id);
  return `${hint.replace(/\.$/, "")}; ${more(id)}`;
}

/** What is wrong, and what helps. */
export const adviceOn = (id: FindingId): string => `${findingRows[id].title} (${hintOf(id)})`;
