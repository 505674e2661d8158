// `rm`, `mkdir` and `mv`: what is changed at a server without moving bytes.
import { isSallyportError, SallyportError } from "../../protocol/error.ts";
import type { FtpUrl } from "../../protocol/url/ftp-url.ts";
import { urlPath } from "../../protocol/url/url-path.ts";
import { escapeText } from "../../text/escape-text.ts";
import { ensureDirectory, removeFile, removeTree } from "../../transfer/directories.ts";
import { joinPath } from "../../transfer/tree.ts";
import { patternTask, type RunContext, type Task, type TaskContext, urlAt } from "./context.ts";
import type { Change } from "./report.ts";

type Work = (task: TaskContext, path: string, shown: string) => Promise<void>;

export function removeTasks(context: RunContext, sources: readonly FtpUrl[]): readonly Task[] {
  return sources.map((url) =>
    task(context, url, async ({ session, signal }, path) => {
      const client = await session(url);
      const removed = (at: string): void => changed(context, { what: "removed", url: urlAt(url, at) });
      if (context.command.recursive) {
        const failed = (at: string, error: SallyportError): void => context.fail(urlAt(url, at), error);
        await removeTree(client, path, { signal, removed, failed });
      } else {
        await removeFile(client, path, signal);
        removed(path);
      }
    }),
  );
}

export function makeTasks(context: RunContext, sources: readonly FtpUrl[]): readonly Task[] {
  return sources.map((url) =>
    oneTask(url, urlPath(url), async ({ session, signal }, path, shown) => {
      const client = await session(url);
      if (context.command.parents) {
        if (!(await ensureDirectory(client, path, { signal }))) return;
      } else await client.mkdir(path, { signal });
      changed(context, { what: "made", url: shown });
    }),
  );
}

export function moveTasks(context: RunContext, sources: readonly FtpUrl[], destination: FtpUrl): readonly Task[] {
  return sources.map((url) =>
    task(context, url, async ({ session, signal }, path, shown) => {
      const client = await session(url);
      const name = path.slice(path.lastIndexOf("/") + 1);
      const to = destination.directory ? joinPath(urlPath(destination), name) : urlPath(destination);
      try {
        await client.rename(path, to, { signal });
      } catch (error) {
        if (!isSallyportError(error) || destination.directory) throw error;
        const found = await client.stat(to, { signal }).catch(() => undefined);
        if (found?.type !== "directory") throw error;
        throw new SallyportError("FS_IS_DIRECTORY", `"${escapeText(to)}" is a directory`, {
          cause: error,
          hint: "End it in a / to move the file into it.",
        });
      }
      changed(context, { what: "renamed", url: shown, target: urlAt(destination, to) });
    }),
  );
}

/** For what the URL names, or for each match of its pattern. */
function task(context: RunContext, url: FtpUrl, work: Work): Task {
  if (url.pattern === undefined) return oneTask(url, urlPath(url), work);
  return patternTask(context, url, ({ path }) => oneTask(url, path, work));
}

function oneTask(url: FtpUrl, path: string, work: Work): Task {
  const name = urlAt(url, path);
  return {
    name,
    run: async (task) => {
      await work(task, path, name);
      return undefined;
    },
  };
}

function changed(context: RunContext, change: Change): void {
  context.files += 1;
  context.report.changed(change);
}
