// Whole directories between this machine and a server, FTP and SFTP alike: the library's calls.

import type { FileTransferOptions, Progress, Transferred } from "../client/transfer-options.ts";
import type { Clock } from "../platform/clock.ts";
import { definedProps } from "../protocol/defined-props.ts";
import { isSallyportError, SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import { type CopyOptions, copyOneFile, copyRules } from "./copy-file.ts";
import { ensureDirectory } from "./directories.ts";
import { fetchFile } from "./fetch-file.ts";
import { attemptsOf } from "./file-attempts.ts";
import { keeps, transferOptions } from "./file-transfer.ts";
import { exactTime } from "./keep-time.ts";
import type { ServerSession } from "./server-session.ts";
import { SharedSessions } from "./shared-sessions.ts";
import { storeFile } from "./store-file.ts";
import { localSource } from "./store-order.ts";
import {
  copyTree,
  downloadTree,
  type TreeDownload,
  type TreeEvents,
  type TreeUpload,
  uploadTree,
} from "./tree-task.ts";
import { runTasks, type Task } from "./worker-pool.ts";

/** What is told of a directory while it is transferred. */
export interface DirectoryEvents {
  /** Called with each file that is whole: its path at the server and here. */
  readonly onFile?: (path: string, localPath: string, result: Transferred) => void;
  /** Called with what is left out and why: symbolic links, devices. */
  readonly onLeftOut?: (path: string, why: string) => void;
  /**
   * Called with what failed; the others go on, and the result counts it. Absent: the first failure ends the transfer, and is thrown.
   */
  readonly onFailed?: (path: string, error: SallyportError) => void;
}

/** How a directory is transferred. */
export interface DirectoryTransferOptions extends Omit<FileTransferOptions, "onProgress">, DirectoryEvents {
  /**
   * How many files at the same time, each over a separate session; a server that takes fewer gets fewer. Default `auto`: begins with one, opens
   * others when enough is waiting and the server lets it, up to 4, and closes those that make nothing faster.
   */
  readonly sessions?: number | "auto";
}

/** What became of a directory. */
export interface DirectoryResult {
  /** Files that are whole, those that were there already with `resume` among them. */
  readonly files: number;
  /** Bytes that this call moved. */
  readonly bytes: number;
  /** Names that were left out: symbolic links, devices. */
  readonly leftOut: number;
  /** 0 unless `onFailed` is given. */
  readonly failed: number;
}

/**
 * Downloads all that is in a directory of a server, each file as {@link downloadFile} does. `localPath` is made where it is missing; what
 * is there and not at the server stays. Symbolic links are left out, and names that would lead out of `localPath` fail.
 *
 * @throws SallyportError without `onFailed` the first failure, as {@link downloadFile}; `LIMIT_LISTING` for a tree without end,
 * `FS_OUTSIDE` for such a name, `CONFIG_INVALID`; with it only what ends all: no session any more, or the signal's reason.
 * @example
 * const { files } = await downloadDirectory(session, "reports", "/tmp/reports", { sessions: 4 });
 */
export async function downloadDirectory(
  session: ServerSession,
  path: string,
  localPath: string,
  options: DirectoryTransferOptions = {},
): Promise<DirectoryResult> {
  const run = new DirectoryRun(options, session);
  const fetch: TreeDownload<"server">["fetch"] = async (task, from, to, { size, modified }) => {
    const own = await task.session("server");
    const rules = { ...transferOptions(options), signal: task.signal };
    const each = {
      modifiedMs: exactTime(modified),
      // What is kept of a small file is fetched again in the time that its note takes.
      noted: (size ?? Number.POSITIVE_INFINITY) >= limits.transferNoteBytes,
      renew: () => task.session("server"),
    };
    const kept = (part: string, bytes: number): void => rules.note(keeps(part, bytes));
    await task.startTransfer(async (onDataComplete, onBytes, onSoonOver) => {
      const onProgress = ({ bytes }: Progress): void => onBytes(bytes);
      const hooks = { onDataComplete, onSoonOver, onProgress };
      run.moved(from, to, await fetchFile(own, from, to, { ...rules, ...each, ...hooks }, kept));
    });
  };
  const tree = { server: "server" as const, nameOf: (name: string) => name, ...run.events, fetch };
  return await run.perform({ server: session }, downloadTree<"server">(tree, path, localPath));
}

/**
 * Uploads all that is in a directory of this machine, each file as {@link uploadFile} does. `path` is made where it is missing, with
 * the directories above it; what is there and not here stays. Symbolic links are left out.
 *
 * @throws SallyportError without `onFailed` the first failure, as {@link uploadFile}, `CONFIG_INVALID`; with it only what ends all: no session
 * any more, or the signal's reason.
 * @example
 * await uploadDirectory(session, "/tmp/reports", "reports", { sessions: 4 });
 */
export async function uploadDirectory(
  session: ServerSession,
  localPath: string,
  path: string,
  options: DirectoryTransferOptions = {},
): Promise<DirectoryResult> {
  const run = new DirectoryRun(options, session);
  const store: TreeUpload<"server">["store"] = async (task, from, to) => {
    const own = await task.session("server");
    const rules = { ...transferOptions(options), signal: task.signal };
    await task.startTransfer(async (onDataComplete, onBytes) => {
      const renew = (): Promise<ServerSession> => task.session("server");
      const onProgress = ({ bytes }: Progress): void => onBytes(bytes);
      run.moved(to, from, await storeFile(own, localSource(from), to, { ...rules, onDataComplete, onProgress, renew }));
    });
  };
  if (path !== "") await ensureDirectory(session, path, options);
  const tree = { server: "server" as const, ...run.events, store };
  return await run.perform({ server: session }, uploadTree<"server">(tree, localPath, path));
}

type Side = "source" | "destination";

/** How a directory is copied from server to server. */
export interface CopyDirectoryOptions extends DirectoryTransferOptions, Pick<CopyOptions, "throughHere"> {}

/**
 * Copies all that is in a directory of a server to another one, each file as {@link copyFile} does. `to` is made where it is missing, with the
 * directories above it; what is there and not at the source stays. Symbolic links are left out. In `onFile` the second path is that of the copy.
 *
 * @throws SallyportError without `onFailed` the first failure, as {@link copyFile}, `LIMIT_LISTING` for a tree without end, `CONFIG_INVALID`; with it
 * only what ends all: no session any more, or the signal's reason.
 * @example
 * const { files } = await copyDirectory(session, "reports", another, "archive/reports", { sessions: 2 });
 */
export async function copyDirectory(
  source: ServerSession,
  from: string,
  destination: ServerSession,
  to: string,
  options: CopyDirectoryOptions = {},
): Promise<DirectoryResult> {
  const run = new DirectoryRun(options, source);
  const { signal } = options;
  await using second = source === destination ? await destination.openAnother(definedProps({ signal })) : undefined;
  if (to !== "") await ensureDirectory(destination, to, definedProps({ signal }));
  const rules = copyRules(source, destination, options);
  const attempts = transferOptions(options);
  const copy = (path: string, target: string): Task<Side> => ({
    name: path,
    run: async (task) => {
      const session = async (): Promise<readonly [ServerSession, ServerSession]> => [
        await task.session("source"),
        await task.session("destination"),
      ];
      const work = { session, from: path, to: target };
      run.moved(path, target, await copyOneFile(rules, work, { ...attempts, signal: task.signal }, ""));
      return undefined;
    },
  });
  const sides = { source: "source", destination: "destination" } as const;
  const tree = { ...sides, nameOf: (name: string) => name, ...run.events, copy };
  const given = { source, destination: second ?? destination };
  return await run.perform(given, copyTree<Side>(tree, from, to));
}

/** What both ways have in common: counts, failures, workers. */
class DirectoryRun {
  readonly #options: DirectoryTransferOptions;
  readonly #clock: Clock;
  #files = 0;
  #bytes = 0;
  #leftOut = 0;
  #failed = 0;

  /** Its clock is that of one of the sessions. */
  constructor(options: DirectoryTransferOptions, session: ServerSession) {
    this.#options = options;
    this.#clock = attemptsOf(session).clock;
  }

  get events(): TreeEvents {
    return {
      expected: () => {},
      leftOut: (path, why) => {
        this.#leftOut += 1;
        this.#options.onLeftOut?.(path, why);
      },
      failed: (path, error) => this.#fail(path, error),
    };
  }

  moved(path: string, localPath: string, result: Transferred): void {
    this.#files += 1;
    this.#bytes += result.bytes;
    this.#options.onFile?.(path, localPath, result);
  }

  async perform<Server extends string>(
    given: Readonly<Record<Server, ServerSession>>,
    task: Task<Server>,
  ): Promise<DirectoryResult> {
    const { sessions: count = "auto", signal = new AbortController().signal, onNote = () => {} } = this.#options;
    if (count !== "auto" && (!Number.isInteger(count) || count < 1 || count > limits.clientSessionsMax)) {
      throw new SallyportError(
        "CONFIG_INVALID",
        `sessions: ${count} is neither auto nor a whole number from 1 to ${limits.clientSessionsMax}`,
      );
    }
    const failed = (name: string, error: unknown): void => this.#fail(name, error);
    const sessions = new SharedSessions(given, signal);
    await runTasks([task], { sessions, count, clock: this.#clock, signal, failed, note: onNote });
    return { files: this.#files, bytes: this.#bytes, leftOut: this.#leftOut, failed: this.#failed };
  }

  #fail(path: string, error: unknown): void {
    const { onFailed } = this.#options;
    if (onFailed === undefined || !isSallyportError(error)) throw error;
    this.#failed += 1;
    onFailed(path, error);
  }
}
