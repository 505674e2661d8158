// z/OS, jobs (SITE FILETYPE=JES): a job's output is fetched by the job's id.
import type { ListedEntry } from "../listed-entry.ts";
import { columnsOf } from "./columns.ts";
import type { ListingFormat } from "./listing-format.ts";

const header = /^[ \t]*JOBNAME[ \t]+JOBID\b/i;
const jobId = /^(?:JOB|STC|TSU|[JST])\d{4,7}$/i;
const states: ReadonlySet<string> = new Set(["INPUT", "HELD", "ACTIVE", "OUTPUT"]);

/** `USER1A   JOB00123 USER1    OUTPUT A        RC=0000 3 spool files`; interface level 1 has neither header nor owner. */
export const zosJobs: ListingFormat = {
  name: "zos-jobs",
  open: () => (line) => (header.test(line) ? "nothing" : readJob(line)),
};

function readJob(line: string): ListedEntry | undefined {
  const texts = columnsOf(line, 0, 12).map((column) => column.text);
  const [job = "", name = ""] = texts;
  if (!jobId.test(name)) return undefined;
  const stateAt = texts.findIndex((text, index) => index > 1 && index < 4 && states.has(text.toUpperCase()));
  if (stateAt === -1) return undefined;
  return {
    name,
    type: "file",
    owner: stateAt === 3 ? texts[2] : undefined,
    others: new Map([
      ["job", job],
      ["status", texts[stateAt] ?? ""],
      ["rest", texts.slice(stateAt + 1).join(" ")],
    ]),
  };
}
