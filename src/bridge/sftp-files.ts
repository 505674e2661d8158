// The files of an SFTP server as a FileSystem that outlives its connections.
import { type SshHost, sshHost } from "../connect/ssh-host.ts";
import type { SftpWriter } from "../filesystem/sftp/sftp-writer.ts";
import type {
  FileOptions,
  FileReader,
  FileSystem,
  FileUpdater,
  FileWriter,
  HasSubtrees,
  OpenedAhead,
  OpensAhead,
  SetsModes,
  SetsTimes,
  Space,
  TellsSpace,
  UpdatesFiles,
  WriteStart,
} from "../platform/file-system.ts";
import { tellsSpace } from "../platform/file-system.ts";
import { SallyportError } from "../protocol/error.ts";
import { joinPath } from "../protocol/file-path.ts";
import type { FileEntry, FileFacts } from "../protocol/listing/file-facts.ts";
import type { SshHostOptions } from "../ssh/ssh-connection.ts";
import { KeptSftp, type LiveSftp } from "./kept-sftp.ts";
import { ResumingReader, ResumingWriter } from "./resuming.ts";
import { strictHost } from "./strict-host.ts";

/** What of an SFTP server is served, and how sure it must be of its files. */
export interface SftpFileSystemOptions {
  /** The server's directory that becomes `/`. Relative paths begin where the login begins, and so does the default. */
  readonly root?: string;
  /** A file is complete when it is on the server's disk (fsync@openssh.com): `FS_UNSUPPORTED` where the server cannot tell. Default false. */
  readonly sync?: boolean;
  /**
   * A new file is opened, written and closed, and nothing else is asked of the server: for drop boxes that tell nothing of their files,
   * or take them at the close. Default false.
   */
  readonly inPlace?: boolean;
}

/** The files of an SFTP server. Disposal closes the SSH connection. */
export type SftpFileSystem = FileSystem &
  SetsTimes &
  SetsModes &
  UpdatesFiles &
  HasSubtrees &
  Partial<TellsSpace> &
  AsyncDisposable;

/**
 * Opens the files of an SFTP server as a {@link FileSystem}, for `openServer` or for other code. One SSH connection is shared by all
 * calls, and made again when it was lost. The host key has to be known: an unknown one is a question to `askUser`, or a refusal.
 *
 * @throws SallyportError `SSH_*`, `NET_*` when the host cannot be reached, does not let us in or has no SFTP; the signal's reason.
 * @example
 * await using files = await openSftpFileSystem({ ssh: { host: "files.example", user: "scans" } }, { root: "incoming" });
 * await using server = await openServer({ files, passwordFile: "users" });
 */
export async function openSftpFileSystem(
  host: SshHostOptions | SshHost,
  { root = "", sync = false, inPlace = false }: SftpFileSystemOptions = {},
): Promise<SftpFileSystem> {
  const signal = ("network" in host ? undefined : host.signal) ?? new AbortController().signal;
  const own = "network" in host ? lent(host) : sshHost({ noCommand: true, ...host, ssh: strictHost(host.ssh, "ask") });
  const kept = new KeptSftp({ host: own, root, sync, inPlace });
  try {
    return await filesOf(kept, signal);
  } catch (error) {
    await kept[Symbol.asyncDispose]();
    throw error;
  }
}

/** The host stays its owner's. */
function lent(host: SshHost): SshHost {
  return { ...pickHost(host), [Symbol.asyncDispose]: async () => {} };
}

function pickHost(host: SshHost): Omit<SshHost, typeof Symbol.asyncDispose> {
  return {
    network: host.network,
    target: host.target,
    transport: host.transport,
    lost: host.lost,
    ready: (signal) => host.ready(signal),
    exec: (command, signal) => host.exec(command, signal),
    openSubsystem: (name, signal) => host.openSubsystem(name, signal),
  };
}

/** Connects, to find out what the server can do; `kept` goes with the files. Throws what {@link openSftpFileSystem} throws. */
export async function filesOf(kept: KeptSftp, signal: AbortSignal): Promise<SftpFileSystem> {
  const { filesAt } = await kept.current(signal);
  return tellsSpace(filesAt("")) ? new KeptFilesWithSpace(kept, "") : new KeptFiles(kept, "");
}

class KeptFiles implements FileSystem, SetsTimes, SetsModes, UpdatesFiles, HasSubtrees, AsyncDisposable {
  protected readonly kept: KeptSftp;
  protected readonly directory: string;

  constructor(kept: KeptSftp, directory: string) {
    this.kept = kept;
    this.directory = directory;
  }

  subtree(directory: string): FileSystem {
    const path = directory.replace(/^\/+|\/+$/g, "");
    const place = path === "" ? this.directory : joinPath(this.directory === "" ? "/" : this.directory, path);
    return new (this.constructor as typeof KeptFiles)(this.kept, place);
  }

  stat(path: string, options: FileOptions): Promise<FileFacts> {
    return this.kept.ask(options.signal, (live) => live.filesAt(this.directory).stat(path, options));
  }

  async *list(path: string, options: FileOptions): AsyncGenerator<FileEntry> {
    let hasBegun = false;
    const begin = async (
      live: LiveSftp,
    ): Promise<{ entries: AsyncIterator<FileEntry>; first: IteratorResult<FileEntry> }> => {
      const entries = live.filesAt(this.directory).list(path, options)[Symbol.asyncIterator]();
      return { entries, first: await entries.next() };
    };
    const { entries, first } = await this.kept.ask(options.signal, begin);
    try {
      for (let next = first; next.done !== true; next = await entries.next()) {
        hasBegun = true;
        yield next.value;
      }
    } finally {
      if (hasBegun) await entries.return?.();
    }
  }

  openRead(path: string, options: FileOptions & { readonly offset: number }): Promise<FileReader> {
    const { signal, offset } = options;
    const open = (live: LiveSftp, from: number): Promise<FileReader> =>
      live.filesAt(this.directory).openRead(path, { ...options, offset: from });
    return this.kept.ask(
      signal,
      async (live) => new ResumingReader({ kept: this.kept, signal, offset, open }, live, await open(live, offset)),
    );
  }

  /** Not where a file may be gone once it was opened. */
  get openAhead(): OpensAhead["openAhead"] | undefined {
    return this.kept.inPlace ? undefined : (path, options) => this.#openAhead(path, options);
  }

  async openWrite(path: string, options: FileOptions & { readonly start: WriteStart }): Promise<FileWriter> {
    const { signal, start } = options;
    const open = (live: LiveSftp, from: WriteStart): Promise<SftpWriter> =>
      live.filesAt(this.directory).openWrite(path, { ...options, start: from });
    const stat = (live: LiveSftp): Promise<FileFacts> => live.filesAt(this.directory).stat(path, options);
    const live = await this.kept.current(signal);
    return new ResumingWriter({ kept: this.kept, signal, open, stat }, live, await open(live, start));
  }

  async openUpdate(path: string, options: FileOptions): Promise<FileUpdater> {
    return await (await this.#files(options)).openUpdate(path, options);
  }

  async mkdir(path: string, options: FileOptions): Promise<void> {
    await (await this.#files(options)).mkdir(path, options);
  }

  async rmdir(path: string, options: FileOptions): Promise<void> {
    await (await this.#files(options)).rmdir(path, options);
  }

  async remove(path: string, options: FileOptions): Promise<void> {
    await (await this.#files(options)).remove(path, options);
  }

  async rename(from: string, to: string, options: FileOptions): Promise<void> {
    await (await this.#files(options)).rename(from, to, options);
  }

  async setModified(path: string, timeMs: number, options: FileOptions): Promise<void> {
    await (await this.#files(options)).setModified(path, timeMs, options);
  }

  async setMode(path: string, mode: number, options: FileOptions): Promise<void> {
    await (await this.#files(options)).setMode(path, mode, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kept[Symbol.asyncDispose]();
  }

  async #openAhead(path: string, options: FileOptions): Promise<OpenedAhead> {
    const live = await this.kept.current(options.signal);
    const ahead = await live.filesAt(this.directory).openAhead(path, options);
    return {
      facts: ahead.facts,
      take: async (offset, signal) => {
        const reader = await ahead.take(offset, signal);
        const open = (now: LiveSftp, from: number): Promise<FileReader> =>
          now.filesAt(this.directory).openRead(path, { signal, offset: from });
        return reader && new ResumingReader({ kept: this.kept, signal, offset, open }, live, reader);
      },
      [Symbol.asyncDispose]: () => ahead[Symbol.asyncDispose](),
    };
  }

  /** Those of the session that is there: whether a change was made before a session was lost nobody knows, so it is not made again. */
  async #files({ signal }: FileOptions): Promise<ReturnType<LiveSftp["filesAt"]>> {
    return (await this.kept.current(signal)).filesAt(this.directory);
  }
}

class KeptFilesWithSpace extends KeptFiles implements TellsSpace {
  space(path: string, options: FileOptions): Promise<Space> {
    return this.kept.ask(options.signal, async (live) => {
      const files = live.filesAt(this.directory);
      if (tellsSpace(files)) return await files.space(path, options);
      throw new SallyportError("FS_UNSUPPORTED", "the SFTP server does not know how much is free");
    });
  }
}
