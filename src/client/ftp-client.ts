// What the caller has: the public face of a session.

import type { Readable } from "node:stream";
import type { SallyportError } from "../protocol/error.ts";
import type { HashName } from "../protocol/hashes.ts";
import type { ListedEntry, Listing } from "../protocol/listing/listed-entry.ts";
import type { Reply } from "../protocol/reply.ts";
import type { Credentials, DataMode } from "./client-options.ts";
import type { ListTextOptions } from "./listing.ts";
import type {
  DownloadOptions,
  FileTransferOptions,
  TransferResult,
  Transferred,
  UploadOptions,
} from "./transfer-options.ts";

/** Ends the wait; its reason is rethrown untouched. */
export interface CallOptions {
  /** Ends the wait; what was sent is answered in its turn. */
  readonly signal?: AbortSignal;
}

/** Bytes to upload. A stream is read once; a function is asked again, from that byte on, for each attempt. */
export type UploadSource =
  | AsyncIterable<Uint8Array>
  | Iterable<Uint8Array>
  | Uint8Array
  | ((offset: number) => AsyncIterable<Uint8Array> | Iterable<Uint8Array>);

/** A file's bytes. Ends only when the file is whole and was verified; anything else destroys it with the error. */
export interface DownloadStream extends Readable {
  /** How the transfer went. Rejects as the stream does; that alone ends no program. */
  readonly result: Promise<TransferResult>;
}

/**
 * A session with an FTP server. Calls wait for their turn: one transfer or command at a time, in the order of the calls. Paths begin in
 * the working directory, or with `/` at the root. Times are milliseconds since 1970 UTC, sizes are bytes.
 *
 * Errors are SallyportErrors. Every call throws `FTP_REPLY_PERMANENT` or `FTP_REPLY_TRANSIENT` when the server refuses (the code is in
 * `details.reply`), `FTP_PROTOCOL_REMOTE` for an invalid answer, `NET_*` when the connection breaks, `CLOSED` when the session is
 * over, `FS_NAME_INVALID` for a name with a line end or a NUL, before anything is sent; and its signal's reason. What a call throws
 * beside that stands with it. Disposal says QUIT and closes, and is idempotent.
 *
 * @example
 * await using client = await connectFtp({ host: "ftp-host" });
 * const { entries } = await client.list("pub");
 */
export interface FtpClient extends AsyncDisposable {
  /** As it was given. */
  readonly host: string;
  /** As it was given, or the default one. */
  readonly port: number;
  /** The server's 220. */
  readonly greeting: Reply;
  /** What FEAT listed, in upper case, with what stands behind each. Empty: nothing is known. */
  readonly features: ReadonlyMap<string, string>;
  /** The control connection is inside TLS. */
  readonly secure: boolean;
  /** Which way data connections are opened now. */
  readonly mode: DataMode;
  /** Why that way, in a sentence to show. */
  readonly modeReason: string;
  /** Settles when the session is over: undefined after disposal, else why. Never rejects. */
  readonly closed: Promise<SallyportError | undefined>;
  /**
   * Another session with the same server and user, to transfer at the same time; over the same SSH connection where there is one, so
   * it ends when the client that owns that is disposed. The caller disposes it.
   *
   * @throws SallyportError as {@link connectFtp} does; the signal's reason.
   * @example
   * await using second = await client.openAnother();
   */
  openAnother(options?: CallOptions): Promise<FtpClient>;
  /**
   * Which way data connections are opened, from the next transfer on. `auto` finds out again: passive, else active.
   *
   * @example
   * client.setMode("active");
   */
  setMode(mode: "auto" | DataMode): void;
  /**
   * From the next transfer on: EPSV and EPRT over IPv4 (true: tried again), or PASV and PORT.
   *
   * @example
   * client.setEpsv4(false);
   */
  setEpsv4(on: boolean): void;

  /**
   * Logs in again, in the running session (USER, PASS, ACCT).
   *
   * @throws SallyportError `FTP_REPLY_*` when the server does not take another user there, and then all is as it was; `FTP_LOGIN` when it
   * refuses this one, and then most servers take nobody for logged in.
   * @example
   * await client.logIn({ user: "me", password: "secret" });
   */
  logIn(who: Credentials, options?: CallOptions): Promise<void>;

  /**
   * What is in a directory; without a path in the working directory. MLSD where it is offered (RFC 3659), else LIST, which takes the
   * options. Look into `unread` before you trust that a file is not there.
   *
   * @throws SallyportError `LIMIT_LISTING` for a listing without end, `FTP_TRANSFER` when it broke.
   * @example
   * const { entries, unread } = await client.list("reports");
   */
  list(path?: string, options?: CallOptions & Pick<ListTextOptions, "options">): Promise<Listing>;
  /**
   * The lines of LIST as the server writes them, one character per byte.
   *
   * @throws SallyportError as {@link FtpClient.list}.
   * @example
   * for (const line of await client.listText("reports")) console.log(line);
   */
  listText(path?: string, options?: CallOptions & ListTextOptions): Promise<readonly string[]>;
  /**
   * NLST: names, or what the server makes of a pattern. They may be paths: check them before you write anywhere.
   *
   * @throws SallyportError as {@link FtpClient.list}. Many servers answer an empty directory with 550.
   * @example
   * const names = await client.names("*.txt");
   */
  names(pattern?: string, options?: CallOptions & Pick<ListTextOptions, "options">): Promise<readonly string[]>;
  /**
   * One file or directory: MLST, else pieced together from SIZE, MDTM and CWD.
   *
   * @throws SallyportError `FTP_REPLY_PERMANENT` when there is nothing of that name, or it may not be seen.
   * @example
   * if ((await client.stat("reports")).type === "directory") console.log("a directory");
   */
  stat(path: string, options?: CallOptions): Promise<ListedEntry>;
  /**
   * Bytes of a file (SIZE, in binary).
   *
   * @throws SallyportError `FTP_REPLY_PERMANENT` when it is not there or no file, or the server knows no SIZE.
   * @example
   * const bytes = await client.size("report.txt");
   */
  size(path: string, options?: CallOptions): Promise<number>;
  /**
   * When a file was changed last (MDTM), in milliseconds since 1970 UTC.
   *
   * @throws SallyportError `FTP_REPLY_PERMANENT` when it is not there, or the server knows no MDTM.
   * @example
   * const changed = new Date(await client.modified("report.txt"));
   */
  modified(path: string, options?: CallOptions): Promise<number>;
  /**
   * The checksum of a file that the server computes (HASH, XSHA256, XCRC, …), as lower-case hexadecimal.
   *
   * @throws SallyportError `NET_UNSUPPORTED` when it is not one of {@link FtpClient.hashes}.
   * @example
   * const [best] = client.hashes;
   * if (best !== undefined) console.log(await client.hash("report.txt", best));
   */
  hash(path: string, algorithm: HashName, options?: CallOptions): Promise<string>;
  /** The checksums that the server offers, strongest first. */
  readonly hashes: readonly HashName[];

  /**
   * The working directory, as the server writes it (PWD).
   *
   * @throws SallyportError `FTP_PROTOCOL_REMOTE` for an answer without a path.
   * @example
   * console.log(await client.pwd());
   */
  pwd(options?: CallOptions): Promise<string>;
  /**
   * Another working directory (CWD; `..` is CDUP). A session that takes the place of a lost one goes there again.
   *
   * @throws SallyportError `FTP_REPLY_PERMANENT` when it is not there or no directory, or may not be entered.
   * @example
   * await client.cd("reports/2026");
   */
  cd(path: string, options?: CallOptions): Promise<void>;
  /**
   * Makes a directory (MKD), and resolves with its path as the server reports it. The one above it must be there:
   * `ensureDirectory` makes all that are missing.
   *
   * @throws SallyportError `FTP_REPLY_PERMANENT` (550) also when it is there already.
   * @example
   * const path = await client.mkdir("reports");
   */
  mkdir(path: string, options?: CallOptions): Promise<string>;
  /**
   * Removes an empty directory (RMD). `removeDirectory` takes all that is in it.
   *
   * @throws SallyportError `FTP_REPLY_PERMANENT` when something is in it, or it is not there or no directory.
   * @example
   * await client.rmdir("reports");
   */
  rmdir(path: string, options?: CallOptions): Promise<void>;
  /**
   * Removes a file or a symbolic link (DELE).
   *
   * @throws SallyportError `FTP_REPLY_PERMANENT` when it is not there, is a directory, or may not be removed.
   * @example
   * await client.remove("report.txt");
   */
  remove(path: string, options?: CallOptions): Promise<void>;
  /**
   * Renames or moves a file or directory at the server (RNFR, RNTO). What becomes of a file that has the new name already is the server's
   * choice: most replace it, some refuse.
   *
   * @throws SallyportError `FTP_REPLY_PERMANENT` when it is not there, or the server does not take the new name.
   * @example
   * await client.rename("report.part", "report.txt");
   */
  rename(from: string, to: string, options?: CallOptions): Promise<void>;
  /**
   * Sets permissions: SITE CHMOD, with the bits of chmod(2).
   *
   * @throws SallyportError `FTP_REPLY_PERMANENT` where the server has no SITE CHMOD.
   * @example
   * await client.chmod("report.txt", 0o640);
   */
  chmod(path: string, mode: number, options?: CallOptions): Promise<void>;
  /**
   * Sets the time of last change: MFMT, else MDTM with a time; milliseconds since 1970 UTC.
   *
   * @throws SallyportError `FTP_REPLY_PERMANENT` where the server has neither.
   * @example
   * await client.setModified("report.txt", Date.UTC(2026, 10, 28));
   */
  setModified(path: string, timeMs: number, options?: CallOptions): Promise<void>;
  /**
   * A command as it is, `VERB argument`. Resolves with the final reply whatever it says. Not for commands with data.
   *
   * @throws SallyportError `CONFIG_INVALID` for a command that opens a data connection, or changes what the session relies on.
   * @example
   * const { code, lines } = await client.quote("STAT");
   */
  quote(line: string, options?: CallOptions): Promise<Reply>;
  /**
   * A command of the server's own (SITE). Resolves with the final reply whatever it says.
   *
   * @throws SallyportError `NET_*` or `CLOSED` when the session is lost; a refusal is a reply.
   * @example
   * const { lines } = await client.site("HELP");
   */
  site(argument: string, options?: CallOptions): Promise<Reply>;

  /**
   * A stream of a file's bytes that ends only when the file is whole; else it fails. It has its turn when reading begins, until its end
   * or destroy(). `result` tells what was compared.
   *
   * @throws SallyportError the stream, and `result`: `FTP_TRANSFER` when it broke, `FTP_VERIFY` when it is not what is there.
   * @example
   * await pipeline(client.download("report.txt"), createWriteStream("/tmp/report.txt"));
   */
  download(path: string, options?: DownloadOptions): DownloadStream;
  /**
   * A file into one of this machine: into `NAME.sallyport-part`, which gets its name when all has come and was compared. So `localPath` is the
   * old file or the new one, and never half of it, unless `inPlace`. With `retries` a lost session is made again for the next attempt.
   *
   * @throws SallyportError `FTP_TRANSFER` when it broke, `FTP_VERIFY` when it is not what is there, `FS_*` for the file of this machine.
   * @example
   * const { bytes, verified } = await client.downloadFile("report.txt", "/tmp/report.txt", { retries: 3 });
   */
  downloadFile(path: string, localPath: string, options?: FileTransferOptions): Promise<Transferred>;
  /**
   * Bytes into a file at the server, which is replaced (STOR) or added to (`append`: APPE). Resolves when the server has confirmed it and
   * the sizes agree.
   *
   * @throws SallyportError `FTP_TRANSFER` when it broke; what has gone over is there then. `FTP_VERIFY` when what is there is not what
   * was sent; what the source throws.
   * @example
   * await client.upload(new TextEncoder().encode("hello"), "hello.txt");
   */
  upload(source: UploadSource, path: string, options?: UploadOptions): Promise<TransferResult>;
  /**
   * A file of this machine to the server, as `uploadFile` of this package does it: into the file itself, since no server promises what RNTO does with
   * a file that is there. `resume` compares the last bytes that are there first. With `retries` a lost session is made again for the next attempt.
   *
   * @throws SallyportError as {@link FtpClient.upload}; `FS_*` for the file of this machine.
   * @example
   * await client.uploadFile("/tmp/report.txt", "report.txt", { resume: true });
   */
  uploadFile(localPath: string, path: string, options?: FileTransferOptions): Promise<Transferred>;
}
