// `get`: URLs to files here, to a directory here, or to standard output.
import { statSync } from "node:fs";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { definedProps } from "../../protocol/defined-props.ts";
import { SallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";
import type { FtpUrl } from "../../protocol/url/ftp-url.ts";
import { urlFileName, urlPath } from "../../protocol/url/url-path.ts";
import { formatBytes } from "../../text/format.ts";
import { fetchFile } from "../../transfer/fetch-file.ts";
import { exactTime } from "../../transfer/keep-time.ts";
import { kindOf, pathOf } from "../../transfer/local-tree.ts";
import { besideLocal, partSuffix } from "../../transfer/part-file.ts";
import { downloadFileTask, downloadTree, type Listed, type TreeDownload } from "../../transfer/tree-task.ts";
import {
  leaveOutMatch,
  patternTask,
  type RunContext,
  type Task,
  type TaskContext,
  treeEvents,
  urlAt,
  withDirectoryHint,
} from "./context.ts";

export function getTasks(
  context: RunContext,
  sources: readonly FtpUrl[],
  destination: string | undefined,
): readonly Task[] {
  return sources.map((url) => {
    if (url.pattern !== undefined) return matchesTask(context, url, destination ?? ".");
    const path = urlPath(url);
    if (destination === "-") return showTask(context, url, path);
    return {
      // For a message, and few of a thousand have one.
      get name() {
        return urlAt(url, path);
      },
      run: async (task) => {
        const isTree = context.command.recursive && (await isRemoteDirectory(task, url, path));
        const named = targetOf(context, url, destination, sources.length > 1, isTree);
        const mayBeTop = isTree && context.command.resume && destination !== undefined && named !== destination;
        const target = mayBeTop && (await isTop(task, url, path, destination, named)) ? destination : named;
        if (!isTree) await fetch(context, task, url, path, target);
        return isTree ? [downloadTree(treeOf(context, url), path, target)] : undefined;
      },
    };
  });
}

function matchesTask(context: RunContext, url: FtpUrl, into: string): Task {
  return patternTask(context, url, (entry) => {
    assertDirectory(into, context.directories);
    const { path, type, name } = entry;
    if (type === "directory" && context.command.recursive)
      return downloadTree(treeOf(context, url), path, pathOf(into, name));
    // A link that is meant by its name is what it leads to, unless whole trees are wanted.
    if (type === "directory" || type === "other" || (type === "link" && context.command.recursive)) {
      return leaveOutMatch(context, entry);
    }
    return downloadFileTask(treeOf(context, url), path, pathOf(into, name), entry);
  });
}

/** A URL of a directory, or one that turns out to be one. */
async function isRemoteDirectory({ session, signal }: TaskContext, url: FtpUrl, path: string): Promise<boolean> {
  if (url.directory) return true;
  const client = await session(url);
  return (await client.stat(path, { signal })).type === "directory";
}

/**
 * A directory that the same command has made as the top of the tree means the same on its second run: it has names of the tree in it.
 * The tree's own name proves nothing: that would be there as well if the tree went into the directory.
 */
async function isTop(
  { session, signal }: TaskContext,
  url: FtpUrl,
  path: string,
  directory: string,
  below: string,
): Promise<boolean> {
  const { entries } = await (await session(url)).list(path === "" ? undefined : path, { signal });
  return entries.some(({ name }) => name !== basename(below) && isHere(directory, name));
}

function isHere(directory: string, name: string): boolean {
  // What could not be written here is not here.
  if (/[/\0]|^\.{0,2}$/.test(name)) return false;
  const path = join(directory, name);
  return kindOf(path) !== "missing" || kindOf(besideLocal(path, partSuffix)) !== "missing";
}

function targetOf(
  context: RunContext,
  url: FtpUrl,
  destination: string | undefined,
  isOneOfMany: boolean,
  isTree: boolean,
): string {
  const name = urlFileName(url);
  const into = destination === undefined ? "." : destination;
  const goesInto = destination === undefined || isOneOfMany || isLocalDirectory(into);
  if (isTree && name === "") return into;
  if (isOneOfMany) assertDirectory(into, context.directories);
  return goesInto ? pathOf(into, name) : into;
}

/** `found` are those that are one. */
function assertDirectory(into: string, found: Set<string>): void {
  if (found.has(into)) return;
  if (isLocalDirectory(into)) return void found.add(into);
  throw new SallyportError("FS_NOT_DIRECTORY", `${into} is not a directory, and several files would go there`, {
    hint: "Make the directory first.",
  });
}

async function fetch(
  context: RunContext,
  { session, signal, startTransfer }: TaskContext,
  url: FtpUrl,
  path: string,
  target: string,
  listed: Listed = {},
): Promise<void> {
  const client = await session(url);
  const kept = (part: string, bytes: number): void =>
    context.report.note(`${part} keeps ${formatBytes(bytes)} of it; --resume continues there`);
  const hint = "Add -r for everything in it; sallyport ls lists it.";
  await startTransfer((onDataComplete, onBytes, onSoonOver) =>
    withDirectoryHint(client, path, hint, signal, () =>
      context.watch(received(url, path, target), path, (gauge) =>
        fetchFile(
          client,
          path,
          target,
          {
            ...context.optionsFor(url, gauge, signal, onBytes),
            onDataComplete,
            onSoonOver,
            noted: (listed.size ?? Number.POSITIVE_INFINITY) >= limits.transferNoteBytes,
            modifiedMs: exactTime(listed.modified),
            renew: () => session(url),
          },
          kept,
        ),
      ),
    ),
  );
}

/** The URL is put together where it is shown. */
function received(url: FtpUrl, path: string, target: string): Parameters<RunContext["watch"]>[0] {
  return {
    way: "received",
    get source() {
      return urlAt(url, path);
    },
    target,
  };
}

/** What is below a URL. */
function treeOf(context: RunContext, url: FtpUrl): TreeDownload<FtpUrl> {
  return {
    server: url,
    nameOf: (path) => urlAt(url, path),
    ...treeEvents(context, (path) => urlAt(url, path)),
    fetch: (task, path, target, listed) => fetch(context, task, url, path, target, listed),
  };
}

/** To standard output, which nobody can take back: no second attempt. */
function showTask(context: RunContext, url: FtpUrl, path: string): Task {
  return {
    name: urlAt(url, path),
    run: async ({ session, signal }) => {
      const client = await session(url);
      await context.watch(
        { way: "received", source: urlAt(url, path), target: "standard output" },
        path,
        async (gauge) => {
          const { verify, type = "binary", onProgress } = context.optionsFor(url, gauge, signal);
          const once = { signal, type, ...definedProps({ verify }) };
          const stream = client.download(path, onProgress === undefined ? once : { ...once, onProgress });
          await pipeline(stream, context.openOutput());
          return await stream.result;
        },
      );
      return undefined;
    },
  };
}

/** A directory, or a link to one; what ends in a slash is meant to be one. */
function isLocalDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return /[/\\]$/.test(path);
  }
}
