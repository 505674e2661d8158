// The files of an FTP server as a FileSystem. What FTP cannot do it does not have: changes in the middle of a file, links.
import type { CallOptions, FtpClient } from "../client/ftp-client.ts";
import { connectFtp, type FtpClientOptions } from "../connect/ftp-client.ts";
import { fsError } from "../filesystem/fs-error.ts";
import { explainStatus } from "../filesystem/sftp/explain-status.ts";
import type {
  FileOptions,
  FileReader,
  FileSystem,
  FileWriter,
  HasSubtrees,
  SetsModes,
  SetsTimes,
  WriteStart,
} from "../platform/file-system.ts";
import { encodeName } from "../protocol/client/name-bytes.ts";
import { definedProps } from "../protocol/defined-props.ts";
import { isSallyportError } from "../protocol/error.ts";
import { resolvePath } from "../protocol/file-path.ts";
import { type FileEntry, type FileFacts, reportedFacts } from "../protocol/listing/file-facts.ts";
import type { Attributes } from "../ssh/sftp/wire/attributes.ts";
import { ftpAttempts } from "../transfer/file-attempts.ts";
import { explainReply, type FtpFailure } from "./ftp-errors.ts";
import { entryOfListed, factsOfListed } from "./ftp-facts.ts";
import { FtpReader } from "./ftp-reader.ts";
import { FtpSessions } from "./ftp-sessions.ts";
import { type Finishing, FtpWriter, type FtpWriterOptions } from "./ftp-writer.ts";
import { SeenFacts } from "./seen-facts.ts";

/** Which FTP server, and what of it. */
export interface FtpFileSystemOptions extends Omit<FtpClientOptions, "encoding"> {
  /** The server's directory that becomes `/`. Relative paths begin where the login begins, and so does the default. */
  readonly root?: string;
}

/** The files of an FTP server. Times and modes can be set where the server has MFMT and SITE CHMOD. Disposal closes its sessions. */
export type FtpFileSystem = FileSystem & HasSubtrees & Partial<SetsTimes> & Partial<SetsModes> & AsyncDisposable;

/**
 * Opens the files of an FTP server as a {@link FileSystem}, for `openServer` with `ssh` or for other code. It connects once, and again for files
 * that are carried at the same time. Files are read and written from start to end: there is no `openUpdate`.
 *
 * @throws SallyportError as {@link connectFtp} does.
 * @example
 * await using files = await openFtpFileSystem({ host: "ftp-host", user: "me", password: "secret" });
 * await using server = await openServer({ files, listen: [], ssh: {}, passwordFile: "users" });
 */
export async function openFtpFileSystem(options: FtpFileSystemOptions): Promise<FtpFileSystem> {
  const { root = "", ...how } = options;
  // Names are bytes here, one character each.
  return await ftpFilesOf(await connectFtp({ ...how, encoding: "latin1" }), root, options.signal);
}

/** The same over a session whose names are bytes, which goes with the files. */
export async function ftpFilesOf(first: FtpClient, root: string, signal?: AbortSignal): Promise<FtpFileSystem> {
  try {
    const home = await first.pwd(definedProps({ signal }));
    const top = resolvePath(home.startsWith("/") ? home : "/", encodeName(root, "utf8"));
    const shared: Shared = {
      sessions: new FtpSessions(first),
      finishing: new Map(),
      seen: new SeenFacts(ftpAttempts(first).clock),
    };
    const [times, modes] = [first.features.has("MFMT") || first.features.has("MDTM"), await hasChmod(first)];
    if (times && modes) return new FtpFilesWithBoth(shared, top);
    return times
      ? new FtpFilesWithTimes(shared, top)
      : modes
        ? new FtpFilesWithModes(shared, top)
        : new FtpFiles(shared, top);
  } catch (error) {
    await first[Symbol.asyncDispose]();
    throw error;
  }
}

/** FEAT tells nothing of SITE CHMOD at most servers that have it. */
async function hasChmod(client: FtpClient): Promise<boolean> {
  const { code, lines } = await client.site("HELP");
  return code < 300 && /\bCHMOD\b/i.test(lines.join(" "));
}

type Work<T> = (client: FtpClient, options: CallOptions) => Promise<T>;

interface Shared {
  readonly sessions: FtpSessions;
  /** Files that are being written, by their path at the server: what is set of them is set behind their end, which changes it. */
  readonly finishing: Map<string, Finishing>;
  readonly seen: SeenFacts;
}

class FtpFiles implements FileSystem, HasSubtrees, AsyncDisposable {
  protected readonly shared: Shared;
  readonly #root: string;

  constructor(shared: Shared, root: string) {
    this.shared = shared;
    this.#root = root;
  }

  subtree(directory: string): FileSystem {
    const top = resolvePath(this.#root, directory.replace(/^\/+/, ""));
    return new (this.constructor as typeof FtpFiles)(this.shared, top);
  }

  async stat(path: string, { signal }: FileOptions): Promise<FileFacts> {
    return this.shared.seen.get(this.place(path)) ?? (await this.#stat(path, signal));
  }

  async *list(path: string, { signal }: FileOptions): AsyncGenerator<FileEntry> {
    const about: FtpFailure = { path, doing: "list" };
    const { entries, unread } = await this.#look(about, signal, async (client, options) => {
      const listing = await client.list(this.place(path), options);
      // LIST of a file, or of nothing, looks like a directory with one file or none.
      if (listing.entries.length < 2) await assertDirectory(await client.stat(this.place(path), options), path);
      return listing;
    });
    signal.throwIfAborted();
    for (const entry of entries) {
      const listed = entryOfListed(entry);
      // Of a link its own facts are listed, and those of what it leads to are asked for.
      if (listed.facts.type !== "link") this.#remember(`${path === "/" ? "" : path}/${listed.name}`, listed.facts);
      yield listed;
    }
    // A listing that lacks something must not look whole: mirrors delete what is not listed.
    const lost = unread.find(({ reason }) => reason !== "unknown");
    if (lost !== undefined) throw fsError("FS_FAILED", path, undefined, "a line of the listing cannot be read");
  }

  async openRead(path: string, { signal, offset }: FileOptions & { readonly offset: number }): Promise<FileReader> {
    // Where it is read from its beginning, its end is where the server says so.
    const looked = offset === 0 ? this.stat(path, { signal }) : this.#stat(path, signal);
    const facts = await looked.catch((error: unknown) => this.#notReadable(error, path, signal));
    if (facts.type === "directory") throw fsError("FS_IS_DIRECTORY", path);
    const about: FtpFailure = { path, doing: "read" };
    return new FtpReader({
      lease: () => this.shared.sessions.transfer(signal),
      path: this.place(path),
      facts,
      offset,
      signal,
      explain: (error) => this.#explain(error, about, signal),
    });
  }

  async openWrite(path: string, { signal, start }: FileOptions & { readonly start: WriteStart }): Promise<FileWriter> {
    const about: FtpFailure = { path, doing: start === "exclusive" ? "create" : "write" };
    // Nothing depends on what was there: the server refuses what cannot be written.
    if (start === "truncate") return this.#writer(path, { signal, about, before: "unknown", append: false });
    const old = await this.#stat(path, signal).catch((error: unknown) => {
      if (isSallyportError(error) && error.code === "FS_NOT_FOUND") return undefined;
      throw error;
    });
    if (old?.type === "directory") throw fsError("FS_IS_DIRECTORY", path);
    if (old !== undefined && start === "exclusive") throw fsError("FS_EXISTS", path);
    const size = old?.size ?? 0;
    const isUnreported = old?.unreported?.includes("size") === true;
    if (typeof start === "number" && start > 0) assertAtEnd(path, start, size, isUnreported);
    const before = old === undefined ? "nothing" : reportedFacts(old);
    const append = start === "append" || (typeof start === "number" && start > 0);
    const writer = this.#writer(path, { signal, about, before, append });
    // A new file is there at once; what was there before goes with the first byte.
    if (old === undefined) await writer.begin();
    return writer;
  }

  async mkdir(path: string, { signal }: FileOptions): Promise<void> {
    if (path === "/") throw fsError("FS_EXISTS", path);
    await this.#change({ path, doing: "mkdir" }, signal, (client, options) => client.mkdir(this.place(path), options));
  }

  async rmdir(path: string, { signal }: FileOptions): Promise<void> {
    const place = this.place(notRoot(path));
    await this.#change({ path, doing: "rmdir" }, signal, (client, options) => client.rmdir(place, options));
  }

  async remove(path: string, { signal }: FileOptions): Promise<void> {
    const place = this.place(notRoot(path));
    await this.#change({ path, doing: "remove" }, signal, (client, options) => client.remove(place, options));
  }

  /** What becomes of a file that has the new name is the server's choice: most replace it. */
  async rename(from: string, to: string, { signal }: FileOptions): Promise<void> {
    const [old, fresh] = [this.place(notRoot(from)), this.place(notRoot(to))];
    if (`${to}/`.startsWith(`${from}/`) && to !== from) throw fsError("FS_NAME_INVALID", to);
    await this.#change({ path: from, to, doing: "rename" }, signal, (client, options) =>
      client.rename(old, fresh, options),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shared.sessions[Symbol.asyncDispose]();
  }

  /** Of a file that is being written, behind its end. */
  protected async change(
    path: string,
    signal: AbortSignal,
    work: (client: FtpClient, place: string) => Promise<void>,
  ): Promise<void> {
    const place = this.place(path);
    const writing = this.shared.finishing.get(place);
    if (writing !== undefined) writing.afterwards((client) => work(client, place));
    else
      await this.#explaining(
        { path, doing: "change" },
        signal,
        this.shared.sessions.call(signal, (client) => work(client, place)),
      ).finally(() => this.shared.seen.forget(place));
  }

  /** The server's path for one of ours. Throws `FS_NAME_INVALID` for what is no path of a FileSystem, or cannot be said in FTP. */
  protected place(path: string): string {
    if (!path.startsWith("/") || /[\0\r\n]|[^\0-\xff]|\/\.{0,2}\/|\/\.{1,2}$/.test(path))
      throw fsError("FS_NAME_INVALID", path);
    return path === "/" ? this.#root : `${this.#root === "/" ? "" : this.#root}${path.replace(/\/$/, "")}`;
  }

  #writer(
    path: string,
    how: Pick<FtpWriterOptions, "signal" | "before" | "append"> & { readonly about: FtpFailure },
  ): FtpWriter {
    const { about, signal, before, append } = how;
    const { seen } = this.shared;
    const place = this.place(path);
    return new FtpWriter({
      lease: () => this.shared.sessions.transfer(signal),
      path: place,
      before,
      append,
      signal,
      explain: (error) => this.#explain(error, about, signal),
      finishing: this.shared.finishing,
      isExpected: before === "unknown" && seen.isTaking(place),
      onTaken: () => seen.took(place),
      onChange: () => seen.forget(place),
    });
  }

  async #stat(path: string, signal: AbortSignal): Promise<FileFacts> {
    const place = this.place(path);
    const about: FtpFailure = { path, doing: "find" };
    try {
      const { sessions } = this.shared;
      const facts = factsOfListed(await sessions.ask(signal, (client, options) => client.stat(place, options)));
      this.#remember(path, facts);
      return facts;
    } catch (error) {
      // It was looked for just now.
      const look = async (at: string) => (at === path ? undefined : await this.#whatIsThere(at, signal));
      throw await explainReply(error, about, look, signal);
    }
  }

  /** Clients ask again and again. Not of what is being written. */
  #remember(path: string, facts: FileFacts): void {
    const place = this.place(path);
    if (!this.shared.finishing.has(place)) this.shared.seen.add(place, facts);
  }

  /** What changes something is not done again when its session is lost: it may have been done. */
  async #change<T>(about: FtpFailure, signal: AbortSignal, work: Work<T>): Promise<T> {
    try {
      return await this.#explaining(about, signal, this.shared.sessions.call(signal, work));
    } finally {
      this.shared.seen.clear();
    }
  }

  #look<T>(about: FtpFailure, signal: AbortSignal, work: Work<T>): Promise<T> {
    return this.#explaining(about, signal, this.shared.sessions.ask(signal, work));
  }

  async #explaining<T>(about: FtpFailure, signal: AbortSignal, done: Promise<T>): Promise<T> {
    try {
      return await done;
    } catch (error) {
      throw await this.#explain(error, about, signal);
    }
  }

  #explain(error: unknown, about: FtpFailure, signal: AbortSignal): Promise<unknown> {
    return explainReply(error, about, (path) => this.#whatIsThere(path, signal), signal);
  }

  /** Undefined where there is nothing, or nothing that may be seen. */
  async #whatIsThere(path: string, signal: AbortSignal): Promise<Attributes | undefined> {
    const seen = this.shared.seen.get(this.place(path));
    if (seen !== undefined) return { permissions: seen.type === "directory" ? 0o040755 : 0o100644 };
    const look = (client: FtpClient, options: CallOptions) => client.stat(this.place(path), options);
    const entry = await this.shared.sessions.ask(signal, look).catch((error: unknown) => {
      if (signal.aborted || !isSallyportError(error) || error.details.reply === undefined) throw error;
      return undefined;
    });
    if (entry === undefined) return undefined;
    this.#remember(path, factsOfListed(entry));
    return { permissions: entry.type === "directory" ? 0o040755 : 0o100644 };
  }

  /** In the words of reading, for a file that cannot even be looked at. */
  async #notReadable(error: unknown, path: string, signal: AbortSignal): Promise<never> {
    if (!isSallyportError(error) || error.code !== "FS_FAILED") throw error;
    const status = { code: 4, words: error.message };
    throw await explainStatus(
      { features: { posixRename: true }, look: (at) => this.#whatIsThere(at, signal) },
      { path, doing: "read", status },
      signal,
    );
  }
}

class FtpFilesWithTimes extends FtpFiles implements SetsTimes {
  setModified(path: string, timeMs: number, { signal }: FileOptions): Promise<void> {
    return this.change(path, signal, (client, place) => client.setModified(place, timeMs, { signal }));
  }
}

class FtpFilesWithModes extends FtpFiles implements SetsModes {
  setMode(path: string, mode: number, { signal }: FileOptions): Promise<void> {
    return this.change(path, signal, (client, place) => client.chmod(place, mode & 0o777, { signal }));
  }
}

class FtpFilesWithBoth extends FtpFilesWithTimes implements SetsModes {
  setMode(path: string, mode: number, { signal }: FileOptions): Promise<void> {
    return this.change(path, signal, (client, place) => client.chmod(place, mode & 0o777, { signal }));
  }
}

function assertDirectory({ type }: { readonly type?: string | undefined }, path: string): void {
  if (type === "file") throw fsError("FS_NOT_DIRECTORY", path);
}

/** FTP cuts nothing off: what is behind a position would stay at most servers. */
function assertAtEnd(path: string, start: number, size: number, isUnreported: boolean): void {
  if (isUnreported || start < size) throw fsError("FS_UNSUPPORTED", path);
  if (start > size) throw fsError("FS_FAILED", path, undefined, `it has ${size} bytes, less than ${start}`);
}

function notRoot(path: string): string {
  if (path === "/") throw fsError("FS_PERMISSION", path);
  return path;
}
