// What the one-shot commands need of a session with a server, be it FTP or SFTP.
import type { Readable } from "node:stream";
import type { CallOptions, UploadSource } from "../client/ftp-client.ts";
import type {
  DownloadFileOptions,
  DownloadOptions,
  TransferResult,
  UploadFileOptions,
  UploadOptions,
} from "../client/transfer-options.ts";
import type { FtpClient } from "../connect/ftp-client.ts";

export type Transferred = Pick<TransferResult, "bytes" | "verified" | "how" | "wasThere">;

export interface ServerSession
  extends Pick<FtpClient, "closed" | "list" | "stat" | "size" | "hash" | "hashes">,
    AsyncDisposable {
  mkdir(path: string, options?: CallOptions): Promise<unknown>;
  rmdir(path: string, options?: CallOptions): Promise<void>;
  /** A file or a symbolic link. */
  remove(path: string, options?: CallOptions): Promise<void>;
  rename(from: string, to: string, options?: CallOptions): Promise<void>;
  download(path: string, options?: DownloadOptions): Readable & { readonly result: Promise<Transferred> };
  downloadFile(path: string, localPath: string, options?: DownloadFileOptions): Promise<Transferred>;
  upload(source: UploadSource, path: string, options?: UploadOptions): Promise<Transferred>;
  uploadFile(localPath: string, path: string, options?: UploadFileOptions): Promise<Transferred>;
  /** Behind the name of a file until it is whole there. Absent: uploads go into the file itself. */
  readonly partSuffix?: string;
  /** Bytes of `path` that are there, a part of it included, for an upload with `append`. Absent: {@link size}. */
  bytesThere?(path: string, options?: CallOptions): Promise<number>;
}

export function isFtp(session: ServerSession): session is FtpClient {
  return "greeting" in session;
}
