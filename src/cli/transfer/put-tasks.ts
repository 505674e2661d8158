// `put`: files of this machine, or standard input, to a server.
import { lstatSync } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { translateFsError } from "../../filesystem/fs-error.ts";
import { type ErrorCode, isSallyportError, SallyportError } from "../../protocol/error.ts";
import type { FtpUrl } from "../../protocol/url/ftp-url.ts";
import { urlPath } from "../../protocol/url/url-path.ts";
import { besideLocal, partSuffix } from "../../transfer/part-name.ts";
import { isFtp, type ServerSession } from "../../transfer/server-session.ts";
import { storeFile } from "../../transfer/store-file.ts";
import type { StoreSource } from "../../transfer/store-order.ts";
import { localSource, streamSource } from "../../transfer/store-source.ts";
import { joinPath } from "../../transfer/tree.ts";
import { escapeText } from "../report/escape-text.ts";
import { type RunContext, urlAt } from "./context.ts";
import { withDirectoryHint } from "./directory-hint.ts";
import type { Hands, Task } from "./workers.ts";

export function putTasks(context: RunContext, sources: readonly string[], url: FtpUrl): readonly Task[] {
  return sources.map((source) => ({
    name: source,
    run: async (hands) => {
      const path = url.directory ? joinPath(urlPath(url), basename(resolve(source))) : urlPath(url);
      if (source === "-") return await sendInput(context, hands, url, path);
      const found = await lstat(source).catch((error: unknown) => {
        throw translateFsError(error, source);
      });
      // A link that is named is meant for what it leads to, as with cp and scp.
      if (found.isFile() || found.isSymbolicLink()) return await send(context, hands, source, url, path);
      if (found.isDirectory() && context.command.recursive) return [directoryTask(context, source, url, path)];
      throw new SallyportError("FS_NOT_FILE", `${source} is ${found.isDirectory() ? "a directory" : "no file"}`, {
        cure: found.isDirectory()
          ? "Add -r for all that is in it."
          : "Only files can be uploaded; - is standard input.",
      });
    },
  }));
}

/** For a target that is a directory. */
export const intoDirectory = "End the URL in a / to put the file into it.";

async function send(
  context: RunContext,
  { session, signal, carry }: Hands,
  source: string,
  url: FtpUrl,
  path: string,
): Promise<undefined> {
  const client = await session(url);
  await carry((onCarried) =>
    withDirectoryHint(client, path, intoDirectory, signal, () =>
      upload(context, source, url, localSource(source), () => session(url), client, path, signal, onCarried),
    ),
  );
  return undefined;
}

async function sendInput(
  context: RunContext,
  { session, signal }: Hands,
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
  onCarried?: () => void,
): Promise<void> {
  const target = urlAt(url, path);
  let sent = 0;
  try {
    await context.watch({ way: "sent", source: name, target }, name, (gauge) => {
      const options = context.optionsFor(url, gauge, signal);
      return storeFile(client, source, path, {
        ...options,
        renew,
        ...(onCarried === undefined ? {} : { onCarried }),
        onProgress: (progress) => {
          sent = progress.bytes;
          options.onProgress?.(progress);
        },
      });
    });
  } catch (error) {
    if (sent > 0) context.report.note(mayBeGoneOnWith(context, client, target));
    throw error;
  }
}

/** FTP writes the file itself, SFTP a part. */
export function mayBeGoneOnWith({ command }: RunContext, client: ServerSession, target: string): string {
  const part = isFtp(client) || command.inPlace ? target : besideLocal(target, partSuffix);
  return `${part} may have a part of the file; --resume goes on there`;
}

function directoryTask(context: RunContext, source: string, url: FtpUrl, path: string): Task {
  return {
    name: source,
    run: async ({ session, signal }) => {
      if (path !== "") await makeRemoteDirectory(await session(url), path, signal);
      const entries = await readdir(source, { withFileTypes: true }).catch((error: unknown) => {
        throw translateFsError(error, source);
      });
      entries.sort((a, b) => (a.name < b.name ? -1 : 1));
      const files = entries.filter((entry) => entry.isFile());
      context.expect(files.map(({ name }) => lstatSync(join(source, name), { throwIfNoEntry: false })?.size));
      const tasks: Task[] = [];
      for (const entry of entries) {
        const [from, to] = [join(source, entry.name), joinPath(path, entry.name)];
        // Node shows bytes that are no UTF-8 as U+FFFD, and cannot open the file by that name.
        if (entry.name.includes("\ufffd")) context.fail(from, notUtf8(entry.name));
        else if (entry.isDirectory()) tasks.push(directoryTask(context, from, url, to));
        else if (entry.isFile()) tasks.push({ name: from, run: (hands) => send(context, hands, from, url, to) });
        else context.leaveOut(from, entry.isSymbolicLink() ? "a symbolic link" : "neither file nor directory");
      }
      return [...tasks];
    },
  };
}

/** What a server says of a directory that is there already, among other things. */
const taken: ReadonlySet<ErrorCode> = new Set(["FTP_REPLY_PERMANENT", "FS_EXISTS"]);

/** Makes it, or finds it there. Throws the refusal of MKD when there is no directory afterwards. */
export async function makeRemoteDirectory(client: ServerSession, path: string, signal: AbortSignal): Promise<void> {
  try {
    await client.mkdir(path, { signal });
  } catch (error) {
    if (!isSallyportError(error) || !taken.has(error.code)) throw error;
    const found = await client.stat(path, { signal }).catch(() => undefined);
    if (found?.type !== "directory") throw error;
  }
}

function notUtf8(name: string): SallyportError {
  return new SallyportError("FS_NAME_INVALID", `the name "${escapeText(name)}" is not UTF-8`, {
    cure: "Rename the file.",
  });
}
