// The files of an SFTP server as a FileSystem.
import { raceAbort } from "../../platform/abort.ts";
import type {
  FileOptions,
  FileReader,
  FileSystem,
  FileUpdater,
  OpenedAhead,
  OpensAhead,
  SetsModes,
  SetsTimes,
  Space,
  TellsSpace,
  UpdatesFiles,
  WriteStart,
} from "../../platform/file-system.ts";
import type { FileEntry, FileFacts } from "../../protocol/listing/file-facts.ts";
import type { SftpClient } from "../../ssh/sftp/client/sftp-client.ts";
import type { Reply } from "../../ssh/sftp/wire/replies.ts";
import { requests } from "../../ssh/sftp/wire/requests.ts";
import { fsError } from "../fs-error.ts";
import { assertReaches } from "./file-end.ts";
import { type About, flagsOf, type RemoteHandle, SftpCalls } from "./sftp-calls.ts";
import { factsOf, listDirectory } from "./sftp-listing.ts";
import { SftpReader } from "./sftp-reader.ts";
import { type OpenFileLanes, SftpUpdater, SftpWriter } from "./sftp-writer.ts";

export interface SftpFileSystemOptions {
  /** Stays the caller's. */
  readonly client: SftpClient;
  /**
   * The server's directory that becomes `/`: absolute, without `.` and `..`, or begun with `.` for where the login begins. Default
   * the server's own root. No jail: README.md.
   */
  readonly root?: string;
  /** A file is complete when the server has it on its disk, where it can tell (fsync@openssh.com). Default true. */
  readonly sync?: boolean;
  /**
   * A new file is opened, written and closed, and nothing else is asked of the server: for drop boxes that tell nothing of their files,
   * or take them at the close. What was there before goes at the opening. Default false.
   */
  readonly inPlace?: boolean;
  /**
   * More sessions at the same server for one large file that is written, which stay its owner's until it disposes them. Never rejects.
   * A file that is written `inPlace` has no use for them: it may be taken away when the first one closes it.
   */
  readonly openLanes?: OpenLanes;
}

export interface Lanes extends AsyncDisposable {
  readonly clients: readonly SftpClient[];
}

export type OpenLanes = (signal: AbortSignal) => Promise<Lanes>;

export type SftpFiles = Omit<FileSystem, "openWrite"> & {
  openWrite(path: string, options: FileOptions & { readonly start: WriteStart }): Promise<SftpWriter>;
} & OpensAhead &
  SetsTimes &
  SetsModes &
  UpdatesFiles &
  Partial<TellsSpace>;

/** Free space is told where the server has statvfs@openssh.com. Throws `FS_NAME_INVALID` for a root that is no path. */
export function makeSftpFileSystem({
  client,
  root = "/",
  sync = true,
  inPlace = false,
  openLanes,
}: SftpFileSystemOptions): SftpFiles {
  const begin = root.startsWith(".") ? "." : "";
  const below = root.slice(begin.length);
  const prefix = below === "" || below === "/" ? begin : begin + new SftpCalls(client, "").place(below);
  const { features } = client;
  const session = new SftpCalls(client, prefix, sync ? features : { ...features, fsync: false });
  const options = { session, inPlace, openLanes: openLanes && !inPlace ? fileLanes(openLanes, prefix) : undefined };
  return features.statvfs ? new SftpFileSystemWithSpace(options) : new SftpFileSystem(options);
}

/** One that cannot be opened again leaves the others; without any it is written as it began. */
function fileLanes(openLanes: OpenLanes, prefix: string): OpenFileLanes {
  return async (path, signal) => {
    const lanes = await openLanes(signal);
    const about: About = { path, doing: "write" };
    const opened = lanes.clients.map((each) => new SftpCalls(each, prefix).open(path, flagsOf.update, about, signal));
    const handles = (await Promise.allSettled(opened)).flatMap((each) =>
      each.status === "fulfilled" ? [each.value] : [],
    );
    const dispose = async (): Promise<void> => {
      // Its owner may close the session next, and the server's answer says that it has closed the file.
      await Promise.allSettled(handles.map((handle) => handle.close(new AbortController().signal)));
      await lanes[Symbol.asyncDispose]();
    };
    return { handles, [Symbol.asyncDispose]: dispose };
  };
}

interface Parts {
  readonly session: SftpCalls;
  readonly inPlace: boolean;
  readonly openLanes: OpenFileLanes | undefined;
}

class SftpFileSystem implements FileSystem, OpensAhead, SetsTimes, SetsModes, UpdatesFiles {
  protected readonly session: SftpCalls;
  readonly #inPlace: boolean;
  readonly #openLanes: OpenFileLanes | undefined;

  constructor({ session, inPlace, openLanes }: Parts) {
    this.session = session;
    this.#inPlace = inPlace;
    this.#openLanes = openLanes;
  }

  async stat(path: string, { signal }: FileOptions): Promise<FileFacts> {
    const request = requests.stat(this.session.place(path));
    return factsOf((await this.session.ask(request, { path, doing: "find" }, signal)).attributes);
  }

  list(path: string, { signal }: FileOptions): AsyncGenerator<FileEntry> {
    return listDirectory(this.session, path, signal);
  }

  async openRead(path: string, { signal, offset }: FileOptions & { readonly offset: number }): Promise<FileReader> {
    return await this.#open(path, signal, (handle, facts) => new SftpReader(handle, facts, offset, signal));
  }

  async openAhead(path: string, options: FileOptions): Promise<OpenedAhead> {
    return await this.#open(path, options.signal, (handle, before) => ({
      facts: before,
      take: async (offset, signal) => {
        const reader = new SftpReader(handle, before, offset, signal);
        reader.begin(); // in one flight with the look
        try {
          const now = await this.stat(path, { signal });
          if (isSame(before, now)) return reader;
          await reader[Symbol.asyncDispose]();
          return undefined;
        } catch (error) {
          await reader[Symbol.asyncDispose]();
          throw error;
        }
      },
      [Symbol.asyncDispose]: () => handle[Symbol.asyncDispose](),
    }));
  }

  async #open<T>(path: string, signal: AbortSignal, make: (handle: RemoteHandle, facts: FileFacts) => T): Promise<T> {
    signal.throwIfAborted();
    const about: About = { path, doing: "read" };
    // Pipelined with the opening: the size is only where reading ahead ends, the file's end is what the server says.
    const known = this.session.client.ask(requests.stat(this.session.place(path))).reply;
    const handle = await this.session.open(path, flagsOf.read, about, signal);
    return await this.#with(handle, known, signal, (facts) => make(handle, facts));
  }

  async openWrite(path: string, { signal, start }: FileOptions & { readonly start: WriteStart }): Promise<SftpWriter> {
    const isExclusive = start === "exclusive";
    const about: About = { path, doing: isExclusive ? "create" : "write" };
    const fresh = { position: 0, oldEnd: "cut", signal, openLanes: this.#openLanes } as const;
    if (isExclusive || (this.#inPlace && start === "truncate")) {
      const flags = isExclusive ? flagsOf.exclusive : flagsOf.replace;
      return new SftpWriter({ ...fresh, handle: await this.session.open(path, flags, about, signal) });
    }
    signal.throwIfAborted();
    const opened = this.session.open(path, start === "append" ? flagsOf.append : flagsOf.write, about, signal);
    // Pipelined with the opening, and carried out behind it. Some tell more of what is open.
    const byName = this.session.client.ask(requests.stat(this.session.place(path))).reply;
    const handle = await opened;
    const known = byName.then((reply: Reply) => (reply.type === "attributes" ? reply : this.#known(handle)));
    const writer = await this.#with(handle, known, signal, ({ size, unreported }) => {
      const isUnreported = unreported?.includes("size") === true;
      if (start === "truncate" && isUnreported) return undefined;
      if (isUnreported) throw fsError("FS_UNSUPPORTED", path);
      const position = start === "append" ? size : typeof start === "number" ? start : 0;
      if (size < position) throw fsError("FS_FAILED", path, undefined, `it has ${size} bytes, less than ${position}`);
      // Several sessions would each append where the end is just then.
      if (start === "append")
        return new SftpWriter({ ...fresh, handle, position, oldEnd: "kept", openLanes: undefined });
      return new SftpWriter({ ...fresh, handle, position, oldEnd: size > position ? "uncut" : "unsure" });
    });
    if (writer !== undefined) {
      if (typeof start === "number" && start > 0) await this.#assertReaches(writer, path, start, signal);
      return writer;
    }
    // How much is to be cut off cannot be known, so the opening does it.
    await handle.close(signal);
    return new SftpWriter({ ...fresh, handle: await this.session.open(path, flagsOf.replace, about, signal) });
  }

  /** What is continued behind the end of a file would leave a hole. */
  async #assertReaches(writer: SftpWriter, path: string, bytes: number, signal: AbortSignal): Promise<void> {
    try {
      await assertReaches(this.session, path, bytes, signal);
    } catch (error) {
      await writer[Symbol.asyncDispose]();
      throw error;
    }
  }

  async openUpdate(path: string, { signal }: FileOptions): Promise<FileUpdater> {
    const handle = await this.session.open(path, flagsOf.update, { path, doing: "write" }, signal);
    return await this.#with(handle, this.#known(handle), signal, () => new SftpUpdater(handle, signal));
  }

  async mkdir(path: string, { signal }: FileOptions): Promise<void> {
    await this.session.ask(requests.mkdir(this.session.place(path)), { path, doing: "mkdir" }, signal);
  }

  async rmdir(path: string, { signal }: FileOptions): Promise<void> {
    await this.session.ask(requests.rmdir(this.session.place(notRoot(path))), { path, doing: "rmdir" }, signal);
  }

  async remove(path: string, { signal }: FileOptions): Promise<void> {
    await this.session.ask(requests.remove(this.session.place(notRoot(path))), { path, doing: "remove" }, signal);
  }

  /** In one step where the server has posix-rename@openssh.com; elsewhere a name that is taken is `FS_EXISTS`. */
  async rename(from: string, to: string, { signal }: FileOptions): Promise<void> {
    const [old, fresh] = [this.session.place(notRoot(from)), this.session.place(notRoot(to))];
    if (`${to}/`.startsWith(`${from}/`) && to !== from) throw fsError("FS_NAME_INVALID", to);
    const rename = this.session.features.posixRename ? requests.posixRename : requests.rename;
    await this.session.ask(rename(old, fresh), { path: from, to, doing: "rename" }, signal);
  }

  async setModified(path: string, timeMs: number, { signal }: FileOptions): Promise<void> {
    const about: About = { path, doing: "change" };
    const place = this.session.place(path);
    // Both times are set in one, so that of the last access has to be known.
    const { attributes } = await this.session.ask(requests.stat(place), about, signal);
    const modified = Math.min(Math.max(Math.floor(timeMs / 1000), 0), 0xffff_ffff);
    const times = { accessed: attributes.times?.accessed ?? modified, modified };
    await this.session.ask(requests.setstat(place, { times }), about, signal);
  }

  async setMode(path: string, mode: number, { signal }: FileOptions): Promise<void> {
    const request = requests.setstat(this.session.place(path), { permissions: mode & 0o7777 });
    await this.session.ask(request, { path, doing: "change" }, signal);
  }

  #known({ id }: RemoteHandle): Promise<Reply<"attributes">> {
    return this.session.client.ask(requests.fstat(id)).reply;
  }

  /** With what is known of a regular file that was just opened; it is closed again when anything else comes of it. */
  async #with<T>(
    handle: RemoteHandle,
    known: Promise<Reply<"attributes">>,
    signal: AbortSignal,
    make: (facts: FileFacts) => T,
  ): Promise<T> {
    const { path } = handle;
    try {
      // An account that may only write, or only read, is told nothing of its file.
      const reply = (await raceAbort(known, signal)) as Reply;
      const facts = factsOf(reply.type === "attributes" ? reply.attributes : {}, "-");
      if (facts.type === "directory") throw fsError("FS_IS_DIRECTORY", path);
      if (facts.type !== "file") throw fsError("FS_NOT_FILE", path);
      return make(facts);
    } catch (error) {
      await handle[Symbol.asyncDispose]();
      throw error;
    }
  }
}

class SftpFileSystemWithSpace extends SftpFileSystem implements TellsSpace {
  /** OpenSSH's PROTOCOL, section 4.4. */
  async space(path: string, { signal }: FileOptions): Promise<Space> {
    const request = requests.statvfs(this.session.place(path));
    const { numbers } = await this.session.ask(request, { path, doing: "find" }, signal);
    const [, blockBytes = 0, blocks = 0, freeBlocks = 0, availableBlocks = 0, nodes = 0, freeNodes = 0] = numbers;
    return { blockBytes, blocks, freeBlocks, availableBlocks, nodes, freeNodes };
  }
}

/** What the server does not tell cannot be compared, and is no proof. */
function isSame(before: FileFacts, now: FileFacts): boolean {
  const isTold = before.unreported === undefined && now.unreported === undefined;
  return isTold && before.size === now.size && before.modifiedMs === now.modifiedMs;
}

function notRoot(path: string): string {
  if (path === "/") throw fsError("FS_PERMISSION", path);
  return path;
}
