// A session as the caller has it: each call in its turn, on the connection that is there.
import { raceAbort } from "../platform/abort.ts";
import { SallyportError } from "../protocol/error.ts";
import type { HashName } from "../protocol/hashes.ts";
import type { ListedEntry, Listing } from "../protocol/listing/listed-entry.ts";
import type { Reply } from "../protocol/reply.ts";
import { offeredHashes, remoteHash } from "./checksum.ts";
import type { ClientOptions, Credentials, DataMode } from "./client-options.ts";
import * as files from "./file-commands.ts";
import { quote } from "./file-commands.ts";
import type { CallOptions, DownloadStream, FtpClient, UploadSource } from "./ftp-client.ts";
import { type ListTextOptions, listDirectory, listNames, listText } from "./listing.ts";
import { logInAgain } from "./log-in.ts";
import { type ClientEnvironment, type Session, wireName } from "./session.ts";
import { SessionHolder } from "./session-holder.ts";
import { setType } from "./transfer.ts";
import type {
  DownloadOptions,
  FileTransferOptions,
  TransferResult,
  Transferred,
  UploadOptions,
} from "./transfer-options.ts";
import { uploadSource } from "./upload.ts";
import { overSession } from "./with-retries.ts";
import { withName, withNames } from "./working-directory.ts";

/** From one path to another, one of them on this machine. */
type FileTransfer = (client: FtpClient, from: string, to: string, options: FileTransferOptions) => Promise<Transferred>;

/** What a session has from those that made it. */
export interface SessionParts {
  /** Goes with the session: an SSH connection that nobody else has. */
  readonly owned?: AsyncDisposable;
  readonly openAnother: (options: CallOptions) => Promise<FtpClient>;
  /** The library's, which know parts, and servers of other kinds. */
  readonly openDownload: (client: FtpClient, path: string, options: DownloadOptions) => DownloadStream;
  readonly downloadFile: FileTransfer;
  readonly uploadFile: FileTransfer;
}

/** Connects and logs in. Throws `NET_*`, `FTP_LOGIN`, `FTP_*`, or the signal's reason. */
export async function openClient(
  options: ClientOptions,
  environment: ClientEnvironment,
  parts: SessionParts,
): Promise<FtpClient> {
  return new ConnectedClient(await SessionHolder.open(options, environment), parts);
}

/** Known by its key, not by its class: two copies of the package have two classes. */
const holderKey: unique symbol = Symbol.for("sallyport.FtpClient.holder") as never;

/** What holds a client's connection, for third-party transfers; undefined for what is no client of ours. */
export function holderOf(client: FtpClient): SessionHolder | undefined {
  return (client as Partial<ConnectedClient>)[holderKey];
}

/** The same. Throws `CONFIG_INVALID`. */
export function requireHolder(client: FtpClient): SessionHolder {
  const holder = holderOf(client);
  if (holder !== undefined) return holder;
  throw new SallyportError("CONFIG_INVALID", "this is no client of connectFtp");
}

class ConnectedClient implements FtpClient {
  readonly [holderKey]: SessionHolder;
  readonly #parts: SessionParts;

  constructor(holder: SessionHolder, parts: SessionParts) {
    this[holderKey] = holder;
    this.#parts = parts;
  }

  get host(): string {
    return this[holderKey].session.server.host;
  }

  get port(): number {
    return this[holderKey].session.server.port;
  }

  get greeting(): Reply {
    return this[holderKey].session.greeting;
  }

  get features(): ReadonlyMap<string, string> {
    return this[holderKey].session.features;
  }

  get secure(): boolean {
    return this[holderKey].session.tls !== undefined;
  }

  get mode(): DataMode {
    return this[holderKey].session.modes.mode;
  }

  get modeReason(): string {
    return this[holderKey].session.modes.reason;
  }

  get closed(): Promise<SallyportError | undefined> {
    return this[holderKey].closed;
  }

  get hashes(): readonly HashName[] {
    return offeredHashes(this[holderKey].session);
  }

  setMode(mode: "auto" | DataMode): void {
    this[holderKey].setMode(mode);
  }

  setEpsv4(on: boolean): void {
    this[holderKey].session.modes.requestEpsv4(on);
  }

  logIn(who: Credentials, options?: CallOptions): Promise<void> {
    return this.#call(options, async (session) => {
      await logInAgain(session, who);
      this[holderKey].hasNewUser();
    });
  }

  list(path?: string, options: CallOptions & Pick<ListTextOptions, "options"> = {}): Promise<Listing> {
    return this.#anywhere(options, (session, signal) => listDirectory(session, path, options, signal));
  }

  listText(path?: string, options: CallOptions & ListTextOptions = {}): Promise<readonly string[]> {
    return this.#anywhere(options, (session, signal) => listText(session, path, options, signal));
  }

  names(pattern?: string, options: CallOptions & Pick<ListTextOptions, "options"> = {}): Promise<readonly string[]> {
    return this[holderKey].transfer(options.signal, (session, signal) => listNames(session, pattern, options, signal));
  }

  stat(path: string, options?: CallOptions): Promise<ListedEntry> {
    return this.#file(options, path, (session, name) => files.statOf(session, name, path));
  }

  size(path: string, options?: CallOptions): Promise<number> {
    const inBinary = async (session: Session, name: string): Promise<number> => {
      // ProFTPD tells no size in ASCII mode.
      await setType(session, "I");
      return await files.sizeOf(session, name, path);
    };
    return this.#file(options, path, inBinary);
  }

  modified(path: string, options?: CallOptions): Promise<number> {
    return this.#file(options, path, (session, name) => files.modifiedOf(session, name, path));
  }

  hash(path: string, algorithm: HashName, options?: CallOptions): Promise<string> {
    return this.#file(options, path, (session, name) => remoteHash(session, name, algorithm, path));
  }

  pwd(options?: CallOptions): Promise<string> {
    return this.#call(options, (session) => files.workingDirectory(session));
  }

  cd(path: string, options?: CallOptions): Promise<void> {
    return this.#call(options, async (session) => {
      await files.changeDirectory(session, path);
      this[holderKey].moved();
    });
  }

  mkdir(path: string, options?: CallOptions): Promise<string> {
    return this.#file(options, path, (session, name) => files.makeDirectory(session, name, path));
  }

  rmdir(path: string, options?: CallOptions): Promise<void> {
    return this.#file(options, path, (session, name) => files.removeDirectory(session, name, path));
  }

  remove(path: string, options?: CallOptions): Promise<void> {
    return this.#file(options, path, (session, name) => files.removeFile(session, name, path));
  }

  rename(from: string, to: string, options?: CallOptions): Promise<void> {
    return this.#anywhere(options, (session, signal) =>
      withNames(session, { path: from, other: to, signal }, (name, other) =>
        files.rename(session, name, other, { from, to }),
      ),
    );
  }

  chmod(path: string, mode: number, options?: CallOptions): Promise<void> {
    return this.#file(options, path, (session, name) => files.setMode(session, name, mode, path));
  }

  setModified(path: string, timeMs: number, options?: CallOptions): Promise<void> {
    return this.#pipelined(options, path, (session, name) => files.setModified(session, name, timeMs, path));
  }

  quote(line: string, options?: CallOptions): Promise<Reply> {
    return this.#call(options, (session) => quote(session, line));
  }

  site(argument: string, options?: CallOptions): Promise<Reply> {
    return this.quote(`SITE ${argument}`, options);
  }

  download(path: string, options: DownloadOptions = {}): DownloadStream {
    wireName(this[holderKey].session, path);
    return this.#parts.openDownload(this, path, options);
  }

  downloadFile(path: string, localPath: string, options: FileTransferOptions = {}): Promise<Transferred> {
    return this.#parts.downloadFile(this, path, localPath, options);
  }

  upload(source: UploadSource, path: string, options: UploadOptions = {}): Promise<TransferResult> {
    return uploadSource(this[holderKey], source, path, options);
  }

  uploadFile(localPath: string, path: string, options: FileTransferOptions = {}): Promise<Transferred> {
    return this.#parts.uploadFile(this, localPath, path, options);
  }

  openAnother(options: CallOptions = {}): Promise<FtpClient> {
    return this.#parts.openAnother(options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this[holderKey][Symbol.asyncDispose]();
    await this.#parts.owned?.[Symbol.asyncDispose]();
  }

  /** The same with a file, by the name that this server knows it by. */
  #file<T>(
    options: CallOptions | undefined,
    path: string,
    work: (session: Session, name: string) => Promise<T>,
  ): Promise<T> {
    return this.#anywhere(options, (session, signal) =>
      withName(session, { path, signal }, (name) => work(session, name)),
    );
  }

  /** The same with one command, behind which the next call's leave at once in a session where that is proven. */
  #pipelined<T>(
    options: CallOptions | undefined,
    path: string,
    work: (session: Session, name: string) => Promise<T>,
  ): Promise<T> {
    const holder = this[holderKey];
    let isReleased = false;
    return holder.transfer(
      options?.signal,
      (_, signal, release) => {
        const send = (session: Session, name: string): Promise<T> => {
          const sent = work(session, name);
          isReleased = session.modes.proven && session.options.pipeline !== false;
          if (isReleased) release();
          return sent;
        };
        const named = (session: Session): Promise<T> =>
          withName(session, { path, signal }, (name) => send(session, name));
        return overSession(
          holder,
          signal,
          (session) => raceAbort(named(session), signal),
          () => !isReleased,
        );
      },
      false,
      "anywhere",
    );
  }

  /** What finds its own way to the directory. Over a new session where the one that there was had hung up before (overSession). */
  #anywhere<T>(
    options: CallOptions | undefined,
    work: (session: Session, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const holder = this[holderKey];
    return holder.transfer(
      options?.signal,
      (_, signal) => overSession(holder, signal, (session) => raceAbort(work(session, signal), signal)),
      false,
      "anywhere",
    );
  }

  /** A command without data: when its caller gives up, its reply still comes, in its turn. */
  #call<T>(options: CallOptions | undefined, work: (session: Session) => Promise<T>): Promise<T> {
    return this[holderKey].transfer(options?.signal, (session, signal) => raceAbort(work(session), signal));
  }
}
