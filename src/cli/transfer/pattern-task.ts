// A URL with a pattern: one task for each name that it means.
import { formatFtpUrl } from "../../protocol/url/format-ftp-url.ts";
import type { FtpUrl } from "../../protocol/url/ftp-url.ts";
import { type Matches, matchingEntries } from "../../transfer/matching.ts";
import { faultOf } from "../../transfer/tree.ts";
import type { RunContext } from "./context.ts";
import type { Task } from "./task.ts";

export function patternTask(
  context: RunContext,
  url: FtpUrl,
  each: (entry: Matches["entries"][number]) => Task | undefined,
): Task {
  const name = formatFtpUrl(url);
  return {
    name,
    run: async ({ session, signal }) => {
      const { entries, unread } = await matchingEntries(await session(url), url, signal);
      for (const line of unread) context.fail(name, faultOf(line));
      return entries.flatMap((entry) => each(entry) ?? []);
    },
  };
}

/** A match that is no file, where files are wanted. */
export function leaveOutMatch(context: RunContext, { path, type }: Matches["entries"][number]): undefined {
  context.leaveOut(path, type === "directory" ? "a directory; -r takes it too" : "neither file nor directory");
}
