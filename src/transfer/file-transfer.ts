// One file between this machine and a server, FTP and SFTP alike: the library's calls.
import type { FileTransferOptions, Transferred } from "../client/transfer-options.ts";
import { definedProps } from "../protocol/defined-props.ts";
import { fetchFile } from "./fetch-file.ts";
import type { ServerSession } from "./server-session.ts";
import { type StoreOptions, storeFile } from "./store-file.ts";
import { localSource, streamSource } from "./store-order.ts";

/**
 * Downloads a file as a whole: into `NAME.sallyport-part`, which gets its name when all has come and was compared. So `localPath` is the
 * old file or the new one, and never half of it, unless `inPlace`. After a failure the part stays, and `resume` continues it. With
 * `retries` a session that was lost is made again for the next attempt, in the same directory. The session's own `downloadFile` is this one.
 *
 * @throws SallyportError `FTP_REPLY_*` or `FS_*` when a side refuses, `FTP_TRANSFER` and `NET_*` when the transfer broke, `FTP_VERIFY` when
 * what came is not what is there; the signal's reason.
 * @example
 * const { bytes, verified } = await downloadFile(session, "report.txt", "/tmp/report.txt", { retries: 3 });
 */
export async function downloadFile(
  session: ServerSession,
  path: string,
  localPath: string,
  options: FileTransferOptions = {},
): Promise<Transferred> {
  const kept = (part: string, bytes: number): void => options.onNote?.(keeps(part, bytes));
  return await fetchFile(session, path, localPath, transferOptions(options), kept);
}

/**
 * Uploads a file of this machine, or what a stream gives. Over SFTP into a part that gets its name when it is whole, unless `inPlace`;
 * over FTP into the file itself, since no server promises what RNTO does with a file that is there. The session's own `uploadFile` is this one.
 *
 * @throws SallyportError `FTP_REPLY_*` or `FS_*` when a side refuses, `FTP_TRANSFER` and `NET_*` when the transfer broke, `FTP_VERIFY` when
 * what is there is not what was sent; the signal's reason.
 * @example
 * await uploadFile(session, "/tmp/report.txt", "reports/today.txt", { verify: "hash" });
 */
export async function uploadFile(
  session: ServerSession,
  source: string | AsyncIterable<Uint8Array>,
  path: string,
  options: FileTransferOptions = {},
): Promise<Transferred> {
  const from = typeof source === "string" ? localSource(source) : streamSource(source);
  return await storeFile(session, from, path, transferOptions(options));
}

export function keeps(part: string, bytes: number): string {
  return `${part} keeps ${bytes} bytes of it; resume continues there`;
}

/** With the defaults of the library's calls. */
export function transferOptions(options: FileTransferOptions): StoreOptions {
  const { signal = new AbortController().signal, type, retries = 0, onProgress, onNote = () => {} } = options;
  const { verify = "size", resume = false, times = true, inPlace = false } = options;
  return {
    signal,
    retries,
    verify,
    resume,
    times,
    inPlace,
    note: onNote,
    ...definedProps({ type, onProgress }),
  };
}
