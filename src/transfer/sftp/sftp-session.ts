// A session with an SFTP server, with the words of the FTP client.

import type { CallOptions } from "../../client/ftp-client.ts";
import type { DownloadOptions, FileTransferOptions, Transferred } from "../../client/transfer-options.ts";
import { fsError } from "../../filesystem/fs-error.ts";
import { wakefulClock } from "../../network/system-clock.ts";
import { isSallyportError, SallyportError } from "../../protocol/error.ts";
import type { HashName } from "../../protocol/hashes.ts";
import type { ListedEntry, Listing, UnreadLine } from "../../protocol/listing/listed-entry.ts";
import { printable } from "../../protocol/printable.ts";
import { type DownloadStream, openDownload } from "../download-stream.ts";
import type { FileAttempts } from "../file-attempts.ts";
import { downloadFile, uploadFile } from "../file-transfer.ts";
import type { ServerSession } from "../server-session.ts";
import { listedEntry, type SftpChannel } from "./sftp-channel.ts";
import { receive } from "./sftp-download.ts";
import { type ServerHabits, store } from "./sftp-store.ts";
import { hashRemote } from "./verify.ts";

export interface SftpSessionParts {
  readonly first: SftpChannel;
  /** Another channel, over a new SSH connection if need be. */
  readonly reopen: (signal: AbortSignal) => Promise<SftpChannel>;
  /** What goes with the session: an SSH connection that nobody else has. */
  readonly owned?: AsyncDisposable;
}

const never: AbortSignal = new AbortController().signal;

export class SftpSession implements ServerSession {
  /** The file is read once more. */
  readonly hashes: readonly HashName[] = ["SHA-256"];
  /** A channel that broke is another attempt's business; the session is over when its owner says so. */
  readonly closed: Promise<SallyportError | undefined>;
  /** Any number side by side: SFTP has no turns. */
  readonly attempts: FileAttempts = {
    clock: wakefulClock,
    hashes: this.hashes,
    inTurn: (signal, _, work) =>
      work(async (order) => {
        refuseAscii("download", order);
        return await receive(await this.#alive(order.signal), order);
      }, signal),
    // A channel that broke is replaced anyway.
    keep: (work) => work(),
    store: async (order) => {
      refuseAscii("upload", order);
      return await store(await this.#alive(order.signal), order, this.#habits);
    },
    note: () => {},
  };
  readonly #parts: SftpSessionParts;
  readonly #habits: ServerHabits = { inPlace: false };
  #remote: SftpChannel;
  #settle: (why: undefined) => void = () => {};

  constructor(parts: SftpSessionParts) {
    this.#parts = parts;
    this.#remote = parts.first;
    this.closed = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  async stat(path: string, { signal = never }: CallOptions = {}): Promise<ListedEntry> {
    const place = this.#place(path);
    const entry = listedEntry(place, await this.#remote.files.stat(place, { signal }));
    if (entry.type !== undefined) return entry;
    // Who tells no type may still be asked to open a directory.
    return { ...entry, type: (await this.#isDirectory(place, signal)) ? "directory" : "file" };
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

  async size(path: string, options: CallOptions = {}): Promise<number> {
    return (await this.#facts(path, "size", options)).size;
  }

  async modified(path: string, options: CallOptions = {}): Promise<number> {
    return (await this.#facts(path, "modifiedMs", options)).modifiedMs;
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

  download(path: string, options: DownloadOptions = {}): DownloadStream<Transferred> {
    return openDownload(this.attempts, path, options);
  }

  downloadFile(path: string, localPath: string, options: FileTransferOptions = {}): Promise<Transferred> {
    return downloadFile(this, path, localPath, options);
  }

  uploadFile(localPath: string, path: string, options: FileTransferOptions = {}): Promise<Transferred> {
    return uploadFile(this, localPath, path, options);
  }

  async openAnother({ signal = never }: CallOptions = {}): Promise<SftpSession> {
    const { reopen } = this.#parts;
    return new SftpSession({ first: await reopen(signal), reopen });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#settle(undefined);
    await this.#remote.client[Symbol.asyncDispose]();
    await this.#parts.owned?.[Symbol.asyncDispose]();
  }

  #place(path: string): string {
    return this.#remote.place(path);
  }

  /** Throws `FS_UNSUPPORTED` where the server does not tell it. */
  async #facts(
    path: string,
    what: "size" | "modifiedMs",
    { signal = never }: CallOptions,
  ): Promise<{ readonly size: number; readonly modifiedMs: number }> {
    const remote = await this.#alive(signal);
    const place = remote.place(path);
    const facts = await remote.files.stat(place, { signal });
    if (facts.unreported?.includes(what) === true) throw fsError("FS_UNSUPPORTED", place);
    return facts;
  }

  async #isDirectory(place: string, signal: AbortSignal): Promise<boolean> {
    try {
      await using _handle = await this.#remote.session.openDirectory(place, signal);
      return true;
    } catch (error) {
      if (isSallyportError(error) && error.code.startsWith("FS_")) return false;
      throw error;
    }
  }

  /** The channel that is there, or a new one in its place. */
  async #alive(signal: AbortSignal): Promise<SftpChannel> {
    if (!this.#remote.client.isOver) return this.#remote;
    await this.#remote.client[Symbol.asyncDispose]();
    this.#remote = await this.#parts.reopen(signal);
    return this.#remote;
  }
}

/** Version 3 has no text mode: a file would come unchanged where its lines were to be converted. */
function refuseAscii(what: string, { type, path }: { readonly type?: string; readonly path: string }): void {
  if (type !== "ascii") return;
  throw new SallyportError("CONFIG_INVALID", `could not ${what} "${printable(path, 200)}": SFTP has no ASCII type`, {
    hint: "Leave the type out; SFTP transfers every byte as it is.",
  });
}
