// What the caller has: the public face of a session.

import type { SallyportError } from "../protocol/error.ts";
import type { ListedEntry, Listing } from "../protocol/listing/listed-entry.ts";
import type { Reply } from "../protocol/reply.ts";
import type { HashName } from "./checksum.ts";
import type { Credentials, DataMode } from "./client-options.ts";
import type { DownloadStream } from "./download-stream.ts";
import type { ListTextOptions } from "./listing.ts";
import type {
  DownloadFileOptions,
  DownloadOptions,
  TransferResult,
  UploadFileOptions,
  UploadOptions,
} from "./transfer-options.ts";

/** Ends the wait; its reason is rethrown untouched. */
export interface CallOptions {
  readonly signal?: AbortSignal;
}

/** Bytes to upload. A stream is read once; a function is asked anew, from that byte on, for each attempt. */
export type UploadSource =
  | AsyncIterable<Uint8Array>
  | Iterable<Uint8Array>
  | Uint8Array
  | ((offset: number) => AsyncIterable<Uint8Array> | Iterable<Uint8Array>);

/**
 * A session with an FTP server. Calls wait for their turn: one transfer or command at a time, in the order of the calls.
 * Errors are SallyportErrors: `FTP_REPLY_*` when the server refuses, `FTP_TRANSFER` and `FTP_VERIFY` when a file is not
 * whole, `NET_*` and `CLOSED` when the session is lost. Disposal says QUIT and closes; twice is harmless.
 */
export interface FtpClient extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** The server's 220. */
  readonly greeting: Reply;
  /** What FEAT told, in upper case, with what stands behind each. Empty: nothing is known. */
  readonly features: ReadonlyMap<string, string>;
  /** The control connection is inside TLS. */
  readonly secure: boolean;
  /** Which way data connections come about now, and why, in a sentence. */
  readonly mode: DataMode;
  readonly modeReason: string;
  /** Settles when the session is over: undefined after disposal, else why. Never rejects. */
  readonly closed: Promise<SallyportError | undefined>;
  /** From the next transfer on. `auto` finds out anew. */
  setMode(mode: "auto" | DataMode): void;
  /** From the next transfer on: EPSV and EPRT over IPv4 (true: tried anew), or PASV and PORT. */
  setEpsv4(on: boolean): void;

  /**
   * Logs in again, in the running session. Throws `FTP_REPLY_*` when the server does not take another user there, and then all is as
   * it was; `FTP_LOGIN` when it refuses this one, and then most servers take nobody for logged in.
   */
  logIn(who: Credentials, options?: CallOptions): Promise<void>;

  /**
   * MLSD where it is offered (RFC 3659), else LIST, which takes the options. Look into `unread` before you trust that a file is
   * not there.
   */
  list(path?: string, options?: CallOptions & Pick<ListTextOptions, "options">): Promise<Listing>;
  /** The lines of LIST as the server writes them, one character per byte. */
  listText(path?: string, options?: CallOptions & ListTextOptions): Promise<readonly string[]>;
  /** NLST: names, or what the server makes of a pattern. They may be paths: check them before you write anywhere. */
  names(pattern?: string, options?: CallOptions & Pick<ListTextOptions, "options">): Promise<readonly string[]>;
  /** MLST, else pieced together from SIZE, MDTM and CWD. */
  stat(path: string, options?: CallOptions): Promise<ListedEntry>;
  /** Bytes (SIZE, in binary). */
  size(path: string, options?: CallOptions): Promise<number>;
  /** Milliseconds since 1970 UTC (MDTM). */
  modified(path: string, options?: CallOptions): Promise<number>;
  /** Lower-case hexadecimal (HASH, XSHA256, XCRC, …). Throws `NET_UNSUPPORTED` when it is not offered. */
  hash(path: string, algorithm: HashName, options?: CallOptions): Promise<string>;
  /** The checksums that the server offers, strongest first. */
  readonly hashes: readonly HashName[];

  pwd(options?: CallOptions): Promise<string>;
  cd(path: string, options?: CallOptions): Promise<void>;
  /** The path of the new directory as the server tells it. */
  mkdir(path: string, options?: CallOptions): Promise<string>;
  rmdir(path: string, options?: CallOptions): Promise<void>;
  remove(path: string, options?: CallOptions): Promise<void>;
  rename(from: string, to: string, options?: CallOptions): Promise<void>;
  /** SITE CHMOD, with the bits of chmod(2). */
  chmod(path: string, mode: number, options?: CallOptions): Promise<void>;
  /** MFMT, else MDTM with a time; milliseconds since 1970 UTC. */
  setModified(path: string, timeMs: number, options?: CallOptions): Promise<void>;
  /** A command as it is, `VERB argument`; resolves with the final reply whatever it says. Not for commands with data. */
  quote(line: string, options?: CallOptions): Promise<Reply>;
  /** SITE. */
  site(argument: string, options?: CallOptions): Promise<Reply>;

  /** A stream that ends only when the file is whole. It has its turn when reading begins, until its end or destroy(). */
  download(path: string, options?: DownloadOptions): DownloadStream;
  /** Into a file of this machine, and no other. */
  downloadFile(path: string, localPath: string, options?: DownloadFileOptions): Promise<TransferResult>;
  upload(source: UploadSource, path: string, options?: UploadOptions): Promise<TransferResult>;
  uploadFile(localPath: string, path: string, options?: UploadFileOptions): Promise<TransferResult>;
}
