// A session as the caller has it: each call in its turn, on the connection that is there.
import { raceAbort } from "../platform/abort.ts";
import type { SallyportError } from "../protocol/error.ts";
import type { ListedEntry, Listing } from "../protocol/listing/listed-entry.ts";
import type { Reply } from "../protocol/reply.ts";
import { attempts } from "./attempts.ts";
import { type HashName, offeredHashes, remoteHash } from "./checksum.ts";
import type { ClientOptions, Credentials, DataMode } from "./client-options.ts";
import type { DownloadStream } from "./download-stream.ts";
import * as files from "./file-commands.ts";
import type { CallOptions, FtpClient, UploadSource } from "./ftp-client.ts";
import { type ListTextOptions, listDirectory, listNames, listText } from "./listing.ts";
import { logInAgain } from "./log-in.ts";
import { byName, byNames } from "./place.ts";
import { quote } from "./quote.ts";
import { SessionHolder } from "./session-holder.ts";
import type { ClientEnvironment, Talk } from "./talk.ts";
import { setType } from "./transfer.ts";
import type {
  DownloadFileOptions,
  DownloadOptions,
  TransferResult,
  UploadFileOptions,
  UploadOptions,
} from "./transfer-options.ts";
import { downloadFile, openDownload, uploadFile, uploadSource } from "./transfers.ts";

/** What a session has from those that made it. */
export interface SessionParts {
  /** Goes with the session: an SSH connection that nobody else has. */
  readonly owned?: AsyncDisposable;
  readonly openAnother: (options: CallOptions) => Promise<FtpClient>;
}

/** Connects and logs in. Throws `NET_*`, `FTP_LOGIN`, `FTP_*`, or the signal's reason. */
export async function openSession(
  options: ClientOptions,
  environment: ClientEnvironment,
  parts: SessionParts = { openAnother: (call) => openSession({ ...options, ...call }, environment) },
): Promise<FtpClient> {
  return new FtpSession(await SessionHolder.open(options, environment), parts);
}

/** Known by its key, not by its class: two copies of the package have two classes. */
const holderKey: unique symbol = Symbol.for("sallyport.FtpClient.holder") as never;

/** What holds a client's connection, for third-party transfers; undefined for what is no client of ours. */
export function holderOf(client: FtpClient): SessionHolder | undefined {
  return (client as Partial<FtpSession>)[holderKey];
}

class FtpSession implements FtpClient {
  readonly [holderKey]: SessionHolder;
  readonly #parts: SessionParts;

  constructor(holder: SessionHolder, parts: SessionParts) {
    this[holderKey] = holder;
    this.#parts = parts;
  }

  get host(): string {
    return this[holderKey].talk.server.host;
  }

  get port(): number {
    return this[holderKey].talk.server.port;
  }

  get greeting(): Reply {
    return this[holderKey].talk.greeting;
  }

  get features(): ReadonlyMap<string, string> {
    return this[holderKey].talk.features;
  }

  get secure(): boolean {
    return this[holderKey].talk.tls !== undefined;
  }

  get mode(): DataMode {
    return this[holderKey].talk.modes.mode;
  }

  get modeReason(): string {
    return this[holderKey].talk.modes.reason;
  }

  get closed(): Promise<SallyportError | undefined> {
    return this[holderKey].closed;
  }

  get hashes(): readonly HashName[] {
    return offeredHashes(this[holderKey].talk);
  }

  setMode(mode: "auto" | DataMode): void {
    this[holderKey].setMode(mode);
  }

  setEpsv4(on: boolean): void {
    this[holderKey].talk.modes.wishEpsv4(on);
  }

  logIn(who: Credentials, options?: CallOptions): Promise<void> {
    return this.#call(options, async (talk) => {
      await logInAgain(talk, who);
      this[holderKey].hasNewUser();
    });
  }

  list(path?: string, options: CallOptions & Pick<ListTextOptions, "options"> = {}): Promise<Listing> {
    return this[holderKey].transfer(
      options.signal,
      (_, signal) => attempts(this[holderKey], 0, signal, (talk) => listDirectory(talk, path, options, signal)),
      false,
      "anywhere",
    );
  }

  listText(path?: string, options: CallOptions & ListTextOptions = {}): Promise<readonly string[]> {
    const { signal: given } = options;
    return this[holderKey].transfer(given, (talk, signal) => listText(talk, path, options, signal), false, "anywhere");
  }

  names(pattern?: string, options: CallOptions & Pick<ListTextOptions, "options"> = {}): Promise<readonly string[]> {
    return this[holderKey].transfer(options.signal, (talk, signal) => listNames(talk, pattern, options, signal));
  }

  stat(path: string, options?: CallOptions): Promise<ListedEntry> {
    return this.#file(options, path, (talk, name) => files.statOf(talk, name, path));
  }

  size(path: string, options?: CallOptions): Promise<number> {
    const inBinary = async (talk: Talk, name: string): Promise<number> => {
      // ProFTPD tells no size in ASCII mode.
      await setType(talk, "I");
      return await files.sizeOf(talk, name, path);
    };
    return this.#file(options, path, inBinary);
  }

  modified(path: string, options?: CallOptions): Promise<number> {
    return this.#file(options, path, (talk, name) => files.modifiedOf(talk, name, path));
  }

  hash(path: string, algorithm: HashName, options?: CallOptions): Promise<string> {
    return this.#file(options, path, (talk, name) => remoteHash(talk, name, algorithm, path));
  }

  pwd(options?: CallOptions): Promise<string> {
    return this.#call(options, (talk) => files.workingDirectory(talk));
  }

  cd(path: string, options?: CallOptions): Promise<void> {
    return this.#call(options, async (talk) => {
      await files.changeDirectory(talk, path);
      this[holderKey].moved();
    });
  }

  mkdir(path: string, options?: CallOptions): Promise<string> {
    return this.#file(options, path, (talk, name) => files.makeDirectory(talk, name, path));
  }

  rmdir(path: string, options?: CallOptions): Promise<void> {
    return this.#file(options, path, (talk, name) => files.removeDirectory(talk, name, path));
  }

  remove(path: string, options?: CallOptions): Promise<void> {
    return this.#file(options, path, (talk, name) => files.removeFile(talk, name, path));
  }

  rename(from: string, to: string, options?: CallOptions): Promise<void> {
    return this[holderKey].transfer(
      options?.signal,
      (talk, signal) =>
        raceAbort(
          byNames(talk, { path: from, other: to, signal }, (name, other) =>
            files.rename(talk, name, other, { from, to }),
          ),
          signal,
        ),
      false,
      "anywhere",
    );
  }

  chmod(path: string, mode: number, options?: CallOptions): Promise<void> {
    return this.#file(options, path, (talk, name) => files.setMode(talk, name, mode, path));
  }

  setModified(path: string, timeMs: number, options?: CallOptions): Promise<void> {
    return this.#file(options, path, (talk, name) => files.setModified(talk, name, timeMs, path));
  }

  quote(line: string, options?: CallOptions): Promise<Reply> {
    return this.#call(options, (talk) => quote(talk, line));
  }

  site(argument: string, options?: CallOptions): Promise<Reply> {
    return this.quote(`SITE ${argument}`, options);
  }

  download(path: string, options: DownloadOptions = {}): DownloadStream {
    return openDownload(this[holderKey], path, options);
  }

  downloadFile(path: string, localPath: string, options: DownloadFileOptions = {}): Promise<TransferResult> {
    return downloadFile(this[holderKey], path, localPath, options);
  }

  upload(source: UploadSource, path: string, options: UploadOptions = {}): Promise<TransferResult> {
    return uploadSource(this[holderKey], source, path, options);
  }

  uploadFile(localPath: string, path: string, options: UploadFileOptions = {}): Promise<TransferResult> {
    return uploadFile(this[holderKey], localPath, path, options);
  }

  openAnother(options: CallOptions = {}): Promise<FtpClient> {
    return this.#parts.openAnother(options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this[holderKey][Symbol.asyncDispose]();
    await this.#parts.owned?.[Symbol.asyncDispose]();
  }

  /** The same with a file, by the name that this server knows it by. */
  #file<T>(options: CallOptions | undefined, path: string, work: (talk: Talk, name: string) => Promise<T>): Promise<T> {
    return this[holderKey].transfer(
      options?.signal,
      (talk, signal) =>
        raceAbort(
          byName(talk, { path, signal }, (name) => work(talk, name)),
          signal,
        ),
      false,
      "anywhere",
    );
  }

  /** A command without data: when its caller gives up, its reply still comes, in its turn. */
  #call<T>(options: CallOptions | undefined, work: (talk: Talk) => Promise<T>): Promise<T> {
    return this[holderKey].transfer(options?.signal, (talk, signal) => raceAbort(work(talk), signal));
  }
}
