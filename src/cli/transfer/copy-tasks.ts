// `cp`: from server to server; the trees.
import type { FtpUrl } from "../../protocol/url/ftp-url.ts";
import { urlFileName, urlPath } from "../../protocol/url/url-path.ts";
import { copyOneFile } from "../../transfer/copy-file.ts";
import { joinPath } from "../../transfer/tree.ts";
import { copyTree, type TreeCopy } from "../../transfer/tree-task.ts";
import {
  leaveOutMatch,
  patternTask,
  type RunContext,
  type Task,
  treeEvents,
  urlAt,
  withDirectoryHint,
} from "./context.ts";
import { intoDirectory, mayBeGoneOnWith } from "./put-tasks.ts";
import { serverOf } from "./sessions.ts";

export function copyTasks(context: RunContext, sources: readonly FtpUrl[], destination: FtpUrl): readonly Task[] {
  for (const source of sources) {
    if ([source.scheme, destination.scheme].includes("sftp")) context.noFxp.add(pairOf(source, destination));
  }
  return sources.map((source) => {
    if (source.pattern !== undefined) return matchesTask(context, { source, destination });
    const from = urlPath(source);
    const to = destination.directory ? joinPath(urlPath(destination), urlFileName(source)) : urlPath(destination);
    return {
      name: urlAt(source, from),
      run: async (task) => {
        const { recursive } = context.command;
        const isTree =
          recursive &&
          (source.directory ||
            (await (await task.session(source)).stat(from, { signal: task.signal })).type === "directory");
        const pair: Pair = { source, destination };
        if (isTree) return [copyTree(treeOf(context, pair), from, to)];
        return await fileTask(context, pair, from, to).run(task);
      },
    };
  });
}

function matchesTask(context: RunContext, pair: Pair): Task {
  return patternTask(context, pair.source, (entry) => {
    const { path, type, name } = entry;
    const to = joinPath(urlPath(pair.destination), name);
    const { recursive } = context.command;
    if (type === "directory" && recursive) return copyTree(treeOf(context, pair), path, to);
    if (type === "directory" || type === "other" || (type === "link" && recursive))
      return leaveOutMatch(context, entry);
    return fileTask(context, pair, path, to);
  });
}

const pairOf = (source: FtpUrl, destination: FtpUrl): string => serverOf(source) + serverOf(destination);

interface Pair {
  readonly source: FtpUrl;
  readonly destination: FtpUrl;
}

function treeOf(context: RunContext, pair: Pair): TreeCopy<FtpUrl> {
  const nameOf = (path: string): string => urlAt(pair.source, path);
  return { ...pair, nameOf, ...treeEvents(context, nameOf), copy: (from, to) => fileTask(context, pair, from, to) };
}

function fileTask(context: RunContext, { source, destination }: Pair, from: string, to: string): Task {
  return {
    name: urlAt(source, from),
    run: async ({ session, signal }) => {
      const second = serverOf(source) === serverOf(destination) ? "second" : undefined;
      const target = urlAt(destination, to);
      let sent = 0;
      const copy = (): Promise<void> =>
        context.watch({ way: "copied", source: urlAt(source, from), target }, from, (gauge) => {
          const { onProgress, note, ...options } = context.optionsFor(source, gauge, signal);
          const { throughHere, resume, inPlace } = context.command;
          return copyOneFile(
            { throughHere, resume, inPlace, noFxp: context.noFxp, note },
            { session: async () => [await session(source), await session(destination, second)], from, to },
            {
              ...options,
              onProgress: (progress) => {
                sent = progress.bytes;
                onProgress?.(progress);
              },
            },
            pairOf(source, destination),
          );
        });
      try {
        const [client, other] = [await session(source), await session(destination, second)];
        const onto = (): Promise<void> => withDirectoryHint(other, to, intoDirectory, signal, copy);
        await withDirectoryHint(client, from, "Add -r for everything in it.", signal, onto);
      } catch (error) {
        if (sent > 0) context.report.note(mayBeGoneOnWith(context, await session(destination, second), target));
        throw error;
      }
      return undefined;
    },
  };
}
