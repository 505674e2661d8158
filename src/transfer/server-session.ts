// The files of a server, be it FTP or SFTP: the one interface that transfers are written against.
import type { Readable } from "node:stream";
import type { CallOptions, FtpClient } from "../client/ftp-client.ts";
import type { DownloadOptions, Transferred } from "../client/transfer-options.ts";

/**
 * A session with an FTP or an SFTP server: what both can do with files. Times are milliseconds since 1970 UTC, sizes are bytes. Errors are
 * SallyportErrors: `FTP_REPLY_*` (FTP) or `FS_*` (SFTP) when the server refuses, `FTP_TRANSFER` and `FTP_VERIFY` when a file is not whole,
 * `NET_*`, `SSH_*` and `CLOSED` when the session is lost; and a call's signal's reason. Disposal is idempotent.
 *
 * @example
 * const sessions: ServerSession[] = [await connectFtp({ host: "ftp-host" }), await connectSftp({ ssh: { host: "ssh-host" } })];
 */
export interface ServerSession
  extends Pick<
      FtpClient,
      "closed" | "list" | "stat" | "size" | "modified" | "hash" | "hashes" | "downloadFile" | "uploadFile"
    >,
    AsyncDisposable {
  /**
   * Another session with the same server and user, over the same SSH connection where there is one. The caller disposes it, and before
   * the session that owns the SSH connection.
   *
   * @throws SallyportError `NET_*`, `SSH_*`, `FTP_*` when the server takes no more.
   * @example
   * await using second = await session.openAnother();
   */
  openAnother(options?: CallOptions): Promise<ServerSession>;
  /**
   * Makes a directory; the one above it must be there. {@link ensureDirectory} makes all that are missing.
   *
   * @throws SallyportError also when it is there already.
   * @example
   * await session.mkdir("reports");
   */
  mkdir(path: string, options?: CallOptions): Promise<unknown>;
  /**
   * Removes an empty directory. {@link removeDirectory} takes all that is in it.
   *
   * @throws SallyportError `FTP_REPLY_PERMANENT` or `FS_*` when something is in it, or it is not there.
   * @example
   * await session.rmdir("reports");
   */
  rmdir(path: string, options?: CallOptions): Promise<void>;
  /**
   * Removes a file or a symbolic link.
   *
   * @throws SallyportError `FTP_REPLY_PERMANENT` or `FS_*` when it is not there, is a directory, or may not be removed.
   * @example
   * await session.remove("report.txt");
   */
  remove(path: string, options?: CallOptions): Promise<void>;
  /**
   * Renames or moves. A file that has the new name already is replaced, or the server refuses.
   *
   * @throws SallyportError `FTP_REPLY_PERMANENT` or `FS_*` when it is not there, or the server does not take the new name.
   * @example
   * await session.rename("report.part", "report.txt");
   */
  rename(from: string, to: string, options?: CallOptions): Promise<void>;
  /**
   * A stream of a file's bytes that ends only when the file is whole; else it fails. `result` tells what was compared.
   *
   * @throws SallyportError the stream, and `result`: `FTP_TRANSFER` when it broke, `FTP_VERIFY` when it is not what is there, `FTP_REPLY_*` or `FS_*` when the server refuses.
   * @example
   * await pipeline(session.download("report.txt"), process.stdout);
   */
  download(path: string, options?: DownloadOptions): Readable & { readonly result: Promise<Transferred> };
}

export function isFtp(session: ServerSession): session is FtpClient {
  return "greeting" in session;
}
