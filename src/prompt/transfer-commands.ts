// Commands of the prompt that move files.
import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import type { FtpClient } from "../client/ftp-client.ts";
import { transferBetween } from "../client/third-party.ts";
import type { Progress, TransferOptions, Transferred } from "../client/transfer-options.ts";
import { escapeText } from "../text/escape-text.ts";
import { compared, formatBytes, formatDuration } from "../text/format.ts";
import { summaryLine } from "../text/progress-line.ts";
import { type FetchFileOptions, fetchFile } from "../transfer/fetch-file.ts";
import { expandGlob, isGlob } from "../transfer/glob.ts";
import { appendByFtp } from "../transfer/store-by-ftp.ts";
import { storeFile } from "../transfer/store-file.ts";
import { localSource } from "../transfer/store-order.ts";
import { downloadTarget, isDirectory, localName, localPath, remoteName } from "./local-path.ts";
import { asking, confirmed, eachOf, noMatch } from "./many-files.ts";
import { command, type PromptCommand } from "./prompt-command.ts";
import type { Shell } from "./shell.ts";
import type { Word } from "./split-line.ts";

/** From this machine to the server. */
const up = { completes: ["local", "remote"] } as const;

export const transferCommands: readonly PromptCommand[] = [
  {
    ...command(
      "get|recv FILE [LOCAL]",
      "download a file; LOCAL may be a directory, - to show it, or |COMMAND",
      (shell, [remote = "", local]) => get(shell, remote, local, false),
    ),
    redirects: "file",
  },
  command("reget FILE [LOCAL]", "resume a download after what is already here", (shell, [remote = "", local]) =>
    get(shell, remote, local, true),
  ),
  {
    ...command("put|send FILE [REMOTE]", "upload a file", (shell, [local = "", remote]) =>
      put(shell, local, remote, {}),
    ),
    ...up,
  },
  {
    ...command(
      "reput FILE [REMOTE]",
      "resume an upload after what the server already has",
      (shell, [local = "", remote]) => put(shell, local, remote, { resume: true }),
    ),
    ...up,
  },
  {
    ...command("append FILE [REMOTE]", "upload a file to the end of another", (shell, [local = "", remote]) =>
      put(shell, local, remote, { append: true }),
    ),
    ...up,
  },
  command("mget PATTERN...", "download many files", (shell, _, words) =>
    eachOf(shell, "mget", words, (name) => get(shell, name, undefined, false)),
  ),
  {
    ...command("mput PATTERN...", "upload many files", (shell, _, words) => asking(shell, () => manyPut(shell, words))),
    completes: ["local"],
  },
];

async function get(shell: Shell, remote: string, local: string | undefined, resume: boolean): Promise<void> {
  const client = shell.client();
  if (local === "-") {
    // The terminal is the progress. Not ended: it is ours for longer than this file.
    await pipeline(client.download(remote, { signal: shell.signal, type: shell.settings.type }), shell.output, {
      end: false,
    });
    return;
  }
  const path = await downloadTarget(shell.settings, remote, local);
  shell.print(`local: ${escapeText(path)} remote: ${escapeText(remote)}`);
  let kept: string | undefined;
  const keep = (part: string, bytes: number): void => {
    kept = `${escapeText(part)} keeps ${formatBytes(bytes)} of it; reget continues there`;
  };
  await moved(shell, "received", remote, {
    run: (options) => fetchFile(client, remote, path, { ...options, ...common(shell), resume, noted: false }, keep),
    left: () => kept,
  });
}

async function put(
  shell: Shell,
  local: string,
  remote: string | undefined,
  how: { readonly resume?: true; readonly append?: true },
): Promise<void> {
  const client = shell.client();
  const path = localPath(shell.settings, local);
  const name = remote === undefined ? localName(path) : remote.endsWith("/") ? remote + localName(path) : remote;
  shell.print(`local: ${escapeText(path)} remote: ${escapeText(name)}`);
  let sent = 0;
  await moved(shell, "sent", name, {
    run: (options) => {
      const onProgress = (progress: Progress): void => {
        sent = progress.bytes;
        options.onProgress?.(progress);
      };
      if (how.append) return appendByFtp(client, path, name, { ...options, signal: shell.signal, onProgress });
      return storeFile(client, localSource(path), name, { ...options, ...how, ...common(shell), onProgress });
    },
    // Otherwise what is there would pass for the whole file.
    left: () => (sent > 0 ? "the server may have a part of it; reput continues there" : undefined),
  });
}

function common(shell: Shell): Pick<FetchFileOptions, "signal" | "times" | "note"> {
  const { signal, settings } = shell;
  return { signal, times: settings.preserve, note: (text) => shell.print(escapeText(text)) };
}

interface Move {
  readonly run: (options: TransferOptions) => Promise<Transferred>;
  /** What there is of a file whose transfer broke, in a sentence. */
  readonly left: () => string | undefined;
}

async function moved(shell: Shell, direction: "received" | "sent", name: string, { run, left }: Move): Promise<void> {
  const view = shell.progress(remoteName(name));
  const startedMs = shell.nowMs();
  const { signal, settings } = shell;
  let result: Transferred;
  try {
    result = await run({ signal, type: settings.type, onProgress: (progress) => view.update(progress) });
  } catch (error) {
    view[Symbol.dispose]();
    const there = left();
    if (there !== undefined) shell.print(there);
    throw error;
  }
  view[Symbol.dispose]();
  if (result.wasThere) shell.print(`${escapeText(name)}: was there already (${compared(result.verified)})`);
  else shell.print(summaryLine(direction, result.bytes, shell.nowMs() - startedMs));
}

async function manyPut(shell: Shell, words: readonly Word[]): Promise<void> {
  shell.client();
  for (const { text, pattern } of words) {
    const isPattern = shell.settings.glob && isGlob(pattern);
    const names = isPattern
      ? await expandGlob(pattern, { home: homedir(), list: (at) => localNames(shell, at) })
      : [text];
    if (names.length === 0) throw noMatch(text);
    for (const name of names) {
      shell.signal.throwIfAborted();
      if (isPattern && (await isDirectory(localPath(shell.settings, name)))) continue;
      if (await confirmed(shell, "mput", name)) await put(shell, name, undefined, {});
    }
  }
}

async function localNames({ settings }: Shell, directory: string): Promise<readonly string[]> {
  try {
    return await readdir(resolve(settings.localDirectory, directory));
  } catch {
    return [];
  }
}

export async function sendBetween(
  shell: Shell,
  source: FtpClient,
  destination: FtpClient,
  from: string,
  to: string,
): Promise<void> {
  const startedMs = shell.nowMs();
  shell.print(`${escapeText(source.host)}: ${escapeText(from)} to ${escapeText(destination.host)}: ${escapeText(to)}`);
  const { bytes } = await transferBetween(source, destination, from, to, { signal: shell.signal });
  const what = bytes === undefined ? "sent" : `${formatBytes(bytes)} sent`;
  shell.print(`${what} from server to server in ${formatDuration(shell.nowMs() - startedMs)}`);
}
