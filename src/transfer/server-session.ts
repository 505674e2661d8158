// The files of a server, be it FTP or SFTP: the one interface that transfers are written against.
import type { Readable } from "node:stream";
import type { CallOptions } from "../client/ftp-client.ts";
import type { DownloadFileOptions, DownloadOptions, TransferResult } from "../client/transfer-options.ts";
import type { FtpClient } from "../connect/ftp-client.ts";
import type { StoreOrder } from "./store-order.ts";

export type Transferred = Pick<TransferResult, "bytes" | "verified" | "how" | "wasThere">;

export interface ServerSession
  extends Pick<FtpClient, "closed" | "list" | "stat" | "size" | "modified" | "hash" | "hashes">,
    AsyncDisposable {
  mkdir(path: string, options?: CallOptions): Promise<unknown>;
  rmdir(path: string, options?: CallOptions): Promise<void>;
  /** A file or a symbolic link. */
  remove(path: string, options?: CallOptions): Promise<void>;
  rename(from: string, to: string, options?: CallOptions): Promise<void>;
  download(path: string, options?: DownloadOptions): Readable & { readonly result: Promise<Transferred> };
  /** One attempt. */
  downloadFile(path: string, localPath: string, options?: DownloadFileOptions): Promise<Transferred>;
  /** One attempt. Absent: FTP's own commands do it. */
  store?(order: StoreOrder): Promise<Transferred>;
}

export function isFtp(session: ServerSession): session is FtpClient {
  return "greeting" in session;
}
