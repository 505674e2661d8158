// `put`: files of this machine, or standard input, to a server.
import { lstatSync, type Stats } from "node:fs";
import { basename, resolve } from "node:path";
import { translateFsError } from "../../filesystem/fs-error.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import { isSallyportError, SallyportError } from "../../protocol/error.ts";
import type { FtpUrl } from "../../protocol/url/ftp-url.ts";
import { urlPath } from "../../protocol/url/url-path.ts";
import { besideLocal, partSuffix } from "../../transfer/part-file.ts";
import { isFtp, type ServerSession } from "../../transfer/server-session.ts";
import { storeFile } from "../../transfer/store-file.ts";
import { localSource, type StoreSource, streamSource } from "../../transfer/store-order.ts";
import { joinPath } from "../../transfer/tree.ts";
import { type TreeUpload, uploadTree } from "../../transfer/tree-task.ts";
import type { OnBytes, OnDataComplete } from "../../transfer/worker-pool.ts";
import { type RunContext, type Task, type TaskContext, treeEvents, urlAt, withDirectoryHint } from "./context.ts";

export function putTasks(context: RunContext, sources: readonly string[], url: FtpUrl): readonly Task[] {
  return sources.map((source) => ({
    name: source,
    run: async (task) => {
      const path = url.directory ? joinPath(urlPath(url), basename(resolve(source))) : urlPath(url);
      if (source === "-") return await sendInput(context, task, url, path);
      const found = look(source);
      // A link that is named is meant for what it leads to, as with cp and scp.
      if (found.isFile() || found.isSymbolicLink()) return await send(context, task, source, url, path);
      if (found.isDirectory() && context.command.recursive) return [uploadTree(treeOf(context, url), source, path)];
      throw new SallyportError("FS_NOT_FILE", `${source} is ${found.isDirectory() ? "a directory" : "no file"}`, {
        hint: found.isDirectory() ? "Add -r for everything in it." : "Only files can be uploaded; - is standard input.",
      });
    },
  }));
}

function look(source: string): Stats {
  try {
    return lstatSync(source);
  } catch (error) {
    throw translateFsError(error, source);
  }
}

/** For a target that is a directory. */
export const intoDirectory = "End the URL in a / to put the file into it.";

async function send(
  context: RunContext,
  { session, signal, startTransfer }: TaskContext,
  source: string,
  url: FtpUrl,
  path: string,
): Promise<undefined> {
  const client = await session(url);
  await startTransfer((onDataComplete, onBytes) =>
    withDirectoryHint(client, path, intoDirectory, signal, () =>
      upload(context, source, url, localSource(source), () => session(url), client, path, signal, {
        onDataComplete,
        onBytes,
      }),
    ),
  );
  return undefined;
}

async function sendInput(
  context: RunContext,
  { session, signal }: TaskContext,
  url: FtpUrl,
  path: string,
): Promise<undefined> {
  const client = await session(url);
  await upload(context, "-", url, streamSource(process.stdin), () => session(url), client, path, signal);
}

async function upload(
  context: RunContext,
  name: string,
  url: FtpUrl,
  source: StoreSource,
  renew: () => Promise<ServerSession>,
  client: ServerSession,
  path: string,
  signal: AbortSignal,
  { onDataComplete, onBytes }: { readonly onDataComplete?: OnDataComplete; readonly onBytes?: OnBytes } = {},
): Promise<void> {
  const target = urlAt(url, path);
  let sent = 0;
  try {
    await context.watch({ way: "sent", source: name, target }, name, (gauge) => {
      const options = context.optionsFor(url, gauge, signal, onBytes);
      return storeFile(client, source, path, {
        ...options,
        renew,
        ...definedProps({ onDataComplete }),
        onProgress: (progress) => {
          sent = progress.bytes;
          options.onProgress?.(progress);
        },
      });
    });
  } catch (error) {
    if (sent > 0 && !isNameRefused(error)) context.report.note(mayBeGoneOnWith(context, client, target));
    throw error;
  }
}

/** The bytes were on their way when the server said that it makes no such file. */
function isNameRefused(error: unknown): boolean {
  return isSallyportError(error) && (error.details.reply === 550 || error.details.reply === 553);
}

/** FTP writes the file itself, SFTP a part. */
export function mayBeGoneOnWith({ command }: RunContext, client: ServerSession, target: string): string {
  const part = isFtp(client) || command.inPlace ? target : besideLocal(target, partSuffix);
  return `${part} may have a part of the file; --resume continues there`;
}

/** What goes below a URL. */
function treeOf(context: RunContext, url: FtpUrl): TreeUpload<FtpUrl> {
  return {
    server: url,
    ...treeEvents(context, (path) => path),
    store: async (task, source, path) => {
      await send(context, task, source, url, path);
    },
  };
}
