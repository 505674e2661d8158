// `ls`: one line for each file.

import type { FtpUrl } from "../../protocol/url/ftp-url.ts";
import { formatFtpUrl } from "../../protocol/url/ftp-url.ts";
import { urlFileName, urlParentPath, urlPath } from "../../protocol/url/url-path.ts";
import { byName } from "../../transfer/matching.ts";
import { assertDepth, faultOf, joinPath, nextLevel, type TreeLevel, topLevel } from "../../transfer/tree.ts";
import { patternTask, type RunContext, type Task, urlAt } from "./context.ts";

export function listTasks(context: RunContext, sources: readonly FtpUrl[]): readonly Task[] {
  return sources.map((url) => {
    if (url.pattern !== undefined) return matchesTask(context, url);
    const path = urlPath(url);
    return {
      name: formatFtpUrl(url),
      run: async ({ session, signal }) => {
        if (url.directory) return [directoryTask(context, url, path, "", topLevel)];
        const entry = await (await session(url)).stat(path, { signal });
        if (entry.type === "directory") return [directoryTask(context, url, path, "", topLevel)];
        context.report.entry(formatFtpUrl(url), urlFileName(url), entry);
        context.files += 1;
        return undefined;
      },
    };
  });
}

function matchesTask(context: RunContext, url: FtpUrl): Task {
  return patternTask(context, url, (entry) => {
    const { path: place, ...listed } = entry;
    context.report.entry(urlAt(url, urlParentPath(url)), entry.name, listed);
    context.files += 1;
    const isTree = context.command.recursive && entry.type === "directory";
    return isTree ? directoryTask(context, url, place, entry.name, topLevel) : undefined;
  });
}

function directoryTask(context: RunContext, url: FtpUrl, path: string, shown: string, level: TreeLevel): Task {
  return {
    name: urlAt(url, path),
    run: async ({ session, signal }) => {
      assertDepth(level);
      const own = await session(url);
      const { entries, unread } = await own.list(path === "" ? undefined : path, { signal });
      const below = await nextLevel(own, level, path, entries, signal);
      for (const entry of byName(entries)) context.report.entry(formatFtpUrl(url), joinPath(shown, entry.name), entry);
      context.files += entries.length;
      for (const line of unread) context.fail(urlAt(url, path), faultOf(line));
      if (!context.command.recursive) return undefined;
      return byName(entries)
        .filter(({ type }) => type === "directory")
        .map(({ name }) => directoryTask(context, url, joinPath(path, name), joinPath(shown, name), below));
    },
  };
}
