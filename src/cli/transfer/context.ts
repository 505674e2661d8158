// What all tasks of a run have in common.

import type { Writable } from "node:stream";
import { isSallyportError, SallyportError } from "../../protocol/error.ts";
import { printable } from "../../protocol/printable.ts";
import type { FtpUrl } from "../../protocol/url/ftp-url.ts";
import { formatFtpUrl } from "../../protocol/url/ftp-url.ts";
import type { Gauge } from "../../text/progress.ts";
import type { FetchFileOptions } from "../../transfer/fetch-file.ts";
import { type Matches, matchingEntries } from "../../transfer/matching.ts";
import type { ServerSession } from "../../transfer/server-session.ts";
import type { StoreOptions } from "../../transfer/store-file.ts";
import { faultOf } from "../../transfer/tree.ts";
import type { TreeEvents } from "../../transfer/tree-task.ts";
import type { TaskContext as Context, OnBytes, Task as TaskOf } from "../../transfer/worker-pool.ts";
import type { Moved, Report } from "./report.ts";
import type { TransferCommand } from "./transfer-command.ts";

/** Servers are named by URLs. */
export type Task = TaskOf<FtpUrl>;
export type TaskContext = Context<FtpUrl>;

export class RunContext {
  readonly command: TransferCommand;
  readonly report: Report;
  readonly nowMs: () => number;
  /** Standard output for a file's bytes; over when all has been taken. */
  readonly openOutput: () => Writable;
  readonly errors: SallyportError[] = [];
  files = 0;
  bytes = 0;
  skipped = 0;
  /** Pairs of servers that do not send to each other. */
  readonly noFxp: Set<string> = new Set();
  /** Of this machine, that have proved to be there. */
  readonly directories: Set<string> = new Set();
  #hasNotedUnverified = false;
  readonly #targets: Set<string> = new Set();

  constructor(command: TransferCommand, report: Report, nowMs: () => number, openOutput: () => Writable) {
    this.command = command;
    this.report = report;
    this.nowMs = nowMs;
    this.openOutput = openOutput;
  }

  /** Shows a transfer while it runs, and reports it. */
  async watch(
    moved: Pick<Moved, "way" | "source" | "target">,
    name: string,
    run: (gauge: Gauge) => Promise<Pick<Moved, "bytes" | "verified" | "how" | "wasThere">>,
  ): Promise<void> {
    this.#claim(moved.target);
    const startedMs = this.nowMs();
    const gauge = this.report.begin(name);
    let result: Awaited<ReturnType<typeof run>>;
    try {
      result = await run(gauge);
    } catch (error) {
      this.#targets.delete(moved.target);
      throw error;
    } finally {
      gauge[Symbol.dispose]();
    }
    const { way, target } = moved;
    const { bytes, verified, how, wasThere } = result;
    this.files += 1;
    this.bytes += bytes;
    const elapsedMs = this.nowMs() - startedMs;
    if (this.command.verify === "hash") this.#noteUnverified(verified);
    this.report.moved({
      way,
      // Not every report has it.
      get source() {
        return moved.source;
      },
      target,
      bytes,
      verified,
      how,
      elapsedMs,
      ...(wasThere ? { wasThere } : {}),
    });
  }

  /** Once: --verify was asked for, and was not possible. */
  #noteUnverified(verified: Moved["verified"]): void {
    if (this.#hasNotedUnverified || (verified !== "size" && verified !== "nothing")) return;
    this.#hasNotedUnverified = true;
    const what = verified === "size" ? "only the size was" : "nothing could be";
    this.report.note(`--verify: ${what} compared: the server offers no checksum, or had a part of the file before`);
  }

  /** Files of a tree that are to come. */
  expect(sizes: readonly (number | undefined)[]): void {
    const isKnown = sizes.every((size) => size !== undefined);
    this.report.expect(sizes.length, isKnown ? sizes.reduce((sum: number, size = 0) => sum + size, 0) : undefined);
  }

  /** Two files of one name would be written into one another. */
  #claim(target: string): void {
    if (this.#targets.has(target)) {
      throw new SallyportError("FS_EXISTS", `${target} is another file of this run`, {
        hint: "Transfer one of them under another name, or into another directory.",
      });
    }
    this.#targets.add(target);
  }

  /** The options of a transfer that the command line asks for. */
  optionsFor(
    url: FtpUrl,
    gauge: Gauge,
    signal: AbortSignal,
    onBytes: OnBytes = () => {},
  ): FetchFileOptions & StoreOptions {
    const { verify, retries, resume, inPlace, times } = this.command;
    return {
      signal,
      retries,
      resume,
      inPlace,
      times,
      verify,
      note: (text) => this.report.note(text),
      onProgress: ({ bytes, size }) => {
        onBytes(bytes);
        gauge.update(bytes, size);
      },
      ...(url.type === "a" ? { type: "ascii" as const } : {}),
    };
  }

  leaveOut(name: string, why: string): void {
    this.skipped += 1;
    this.report.skipped(name, why);
  }

  /** A failure that ends no task. */
  fail(name: string, error: SallyportError): void {
    this.errors.push(error);
    this.report.failed(name, error);
  }
}

/** What is reported of a tree; `nameOf` makes what is shown of a path. */
export function treeEvents(context: RunContext, nameOf: (path: string) => string): TreeEvents {
  return {
    expected: (sizes) => context.expect(sizes),
    leftOut: (path, why) => context.leaveOut(path, why),
    failed: (path, error) => context.fail(nameOf(path), error),
  };
}

/** The URL of another path at the same server. */
export function urlAt(url: FtpUrl, path: string): string {
  const segments = path === "" ? [] : path.replace(/^\/+/, "").split("/");
  if (path.startsWith("/")) segments[0] = `/${segments[0] ?? ""}`;
  return formatFtpUrl({ ...url, segments, directory: false });
}

/** A task for each match of a URL's pattern. */
export function patternTask(
  context: RunContext,
  url: FtpUrl,
  each: (entry: Matches["entries"][number]) => Task | undefined,
): Task {
  const name = formatFtpUrl(url);
  return {
    name,
    run: async ({ session, signal }) => {
      const { entries, unread } = await matchingEntries(await session(url), url, signal);
      for (const line of unread) context.fail(name, faultOf(line));
      return entries.flatMap((entry) => each(entry) ?? []);
    },
  };
}

/** A match that is no file, where files are wanted. */
export function leaveOutMatch(context: RunContext, { path, type }: Matches["entries"][number]): undefined {
  context.leaveOut(path, type === "directory" ? "a directory; -r takes it too" : "neither file nor directory");
}

/** Runs a transfer of one file. Throws what it throws, or `FS_IS_DIRECTORY` with the hint where `path` is a directory. */
export async function withDirectoryHint(
  session: ServerSession,
  path: string,
  hint: string,
  signal: AbortSignal,
  transfer: () => Promise<void>,
): Promise<void> {
  try {
    await transfer();
  } catch (error) {
    if (!isSallyportError(error) || !/^(?:FTP_REPLY_PERMANENT|FS_)/.test(error.code)) throw error;
    // It has a hint already.
    if (error.code === "FS_IS_DIRECTORY" && error.hint !== undefined) throw error;
    const isDirectory = error.code === "FS_IS_DIRECTORY" || (await isDirectoryThere(session, path, signal));
    if (!isDirectory) throw error;
    throw new SallyportError("FS_IS_DIRECTORY", `"${printable(path, 200)}" is a directory at the server`, {
      cause: error,
      hint,
    });
  }
}

async function isDirectoryThere(session: ServerSession, path: string, signal: AbortSignal): Promise<boolean> {
  const found = await session.stat(path, { signal }).catch(() => undefined);
  signal.throwIfAborted();
  return found?.type === "directory";
}
