// A session with an SFTP server, with the words of the FTP client.
import { stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import type { HashName } from "../../client/checksum.ts";
import type { CallOptions, UploadSource } from "../../client/ftp-client.ts";
import { readLocal } from "../../client/local-file.ts";
import type {
  DownloadFileOptions,
  DownloadOptions,
  UploadFileOptions,
  UploadOptions,
} from "../../client/transfer-options.ts";
import { translating } from "../../filesystem/fs-error.ts";
import type { Clock } from "../../platform/clock.ts";
import { isSallyportError, type SallyportError } from "../../protocol/error.ts";
import type { ListedEntry, Listing, UnreadLine } from "../../protocol/listing/listed-entry.ts";
import { partSuffix } from "../fetch-file.ts";
import type { ServerSession, Transferred } from "../server-session.ts";
import { hashRemote } from "./check-transfer.ts";
import { keepTrying } from "./keep-trying.ts";
import type { Chunks } from "./pieces.ts";
import { type Course, downloadFile, downloadStream } from "./sftp-download.ts";
import { listedEntry, sftpPath } from "./sftp-names.ts";
import type { SftpRemote } from "./sftp-remote.ts";
import { bytesThere, type SftpUpload, upload } from "./sftp-upload.ts";

export interface SftpServerSessionParts {
  readonly first: SftpRemote;
  /** Another channel, over a new SSH connection if need be. */
  readonly reopen: (signal: AbortSignal) => Promise<SftpRemote>;
  readonly clock: Clock;
  readonly tell: (note: string) => void;
}

const never: AbortSignal = new AbortController().signal;

export class SftpServerSession implements ServerSession {
  readonly partSuffix: string = partSuffix;
  /** The file is read once more. */
  readonly hashes: readonly HashName[] = ["SHA-256"];
  /** A channel that broke is another attempt's business; the session is over when its owner says so. */
  readonly closed: Promise<SallyportError | undefined>;
  readonly #parts: SftpServerSessionParts;
  #remote: SftpRemote;
  #settle: (why: undefined) => void = () => {};

  constructor(parts: SftpServerSessionParts) {
    this.#parts = parts;
    this.#remote = parts.first;
    this.closed = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  async stat(path: string, { signal = never }: CallOptions = {}): Promise<ListedEntry> {
    const { files } = this.#remote;
    const place = this.#place(path);
    return listedEntry(place, await files.stat(place, { signal }));
  }

  /** A name that is a path is told in `unread`: the others are good all the same. */
  async list(path = "", { signal = never }: CallOptions = {}): Promise<Listing> {
    const { files } = this.#remote;
    const entries: ListedEntry[] = [];
    const unread: UnreadLine[] = [];
    try {
      for await (const { name, facts } of files.list(this.#place(path), { signal })) {
        entries.push(listedEntry(name, facts));
      }
    } catch (error) {
      if (!isSallyportError(error) || error.code !== "FS_OUTSIDE") throw error;
      unread.push({ number: entries.length + 1, text: error.message, reason: "path" });
    }
    return { format: undefined, entries, self: undefined, unread };
  }

  async size(path: string, { signal = never }: CallOptions = {}): Promise<number> {
    return (await this.#remote.files.stat(this.#place(path), { signal })).size;
  }

  async bytesThere(path: string, { signal = never }: CallOptions = {}): Promise<number> {
    return (await bytesThere(this.#remote, this.#place(path), signal)).bytes;
  }

  async mkdir(path: string, { signal = never }: CallOptions = {}): Promise<void> {
    await this.#remote.files.mkdir(this.#place(path), { signal });
  }

  async rmdir(path: string, { signal = never }: CallOptions = {}): Promise<void> {
    await this.#remote.files.rmdir(this.#place(path), { signal });
  }

  async remove(path: string, { signal = never }: CallOptions = {}): Promise<void> {
    await this.#remote.files.remove(this.#place(path), { signal });
  }

  async rename(from: string, to: string, { signal = never }: CallOptions = {}): Promise<void> {
    await this.#remote.files.rename(this.#place(from), this.#place(to), { signal });
  }

  async hash(path: string, _name: HashName, { signal = never }: CallOptions = {}): Promise<string> {
    return await hashRemote(this.#remote, this.#place(path), signal);
  }

  download(path: string, options: DownloadOptions = {}): Readable & { readonly result: Promise<Transferred> } {
    // A stream cannot go back, so whoever wants another attempt opens another stream.
    return downloadStream(
      () => this.#alive(options.signal ?? never),
      ({ home }) => sftpPath(home, path),
      options,
    );
  }

  downloadFile(path: string, localPath: string, options: DownloadFileOptions = {}): Promise<Transferred> {
    const { signal = never, retries = 0, resume = false } = options;
    const course: Course = {};
    return this.#keepTrying(retries, signal, (remote, before) => {
      const again = { ...options, signal, resume: resume || before > 0 };
      return downloadFile(remote, sftpPath(remote.home, path), localPath, again, course);
    });
  }

  async uploadFile(localPath: string, path: string, options: UploadFileOptions = {}): Promise<Transferred> {
    const { size } = await translating(localPath, () => stat(localPath));
    const { retries = 0, resume = false } = options;
    const open = (from: number): Chunks => readLocal(localPath, from);
    return await this.#upload(path, options, retries, resume, { size, open, course: {} });
  }

  /** With `append` the source begins behind what is there already. */
  upload(source: UploadSource, path: string, options: UploadOptions = {}): Promise<Transferred> {
    const { retries = 0, append = false } = options;
    const isSeekable = typeof source === "function";
    const course: Course = {};
    const open = (from: number): Chunks => {
      if (isSeekable) return source(from - (course.from ?? 0));
      return source instanceof Uint8Array ? [source] : source;
    };
    return this.#upload(path, options, isSeekable ? retries : 0, append, { size: undefined, open, course });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#settle(undefined);
    await this.#remote.client[Symbol.asyncDispose]();
  }

  #upload(
    path: string,
    options: UploadOptions,
    retries: number,
    resume: boolean,
    about: Pick<SftpUpload, "size" | "open" | "course">,
  ): Promise<Transferred> {
    const { signal = never } = options;
    return this.#keepTrying(retries, signal, (remote, before) =>
      upload(remote, {
        ...about,
        path: sftpPath(remote.home, path),
        resume: resume || before > 0,
        options: { ...options, signal },
      }),
    );
  }

  #place(path: string): string {
    return sftpPath(this.#remote.home, path);
  }

  #keepTrying<T>(
    retries: number,
    signal: AbortSignal,
    attempt: (remote: SftpRemote, before: number) => Promise<T>,
  ): Promise<T> {
    const { clock, tell } = this.#parts;
    return keepTrying({ clock, retries, signal, tell }, async (before) => attempt(await this.#alive(signal), before));
  }

  /** The channel that is there, or a new one in its place. */
  async #alive(signal: AbortSignal): Promise<SftpRemote> {
    if (!this.#remote.client.isOver) return this.#remote;
    await this.#remote.client[Symbol.asyncDispose]();
    this.#remote = await this.#parts.reopen(signal);
    return this.#remote;
  }
}
