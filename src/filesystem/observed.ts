// A FileSystem that reports what is done with it, for a log.
import type {
  FileOptions,
  FileReader,
  FileSystem,
  FileUpdater,
  FileWriter,
  MakesLinks,
  SetsModes,
  SetsTimes,
  UpdatesFiles,
} from "../platform/file-system.ts";
import type { FileAction } from "../platform/trace.ts";
import { isSallyportError } from "../protocol/error.ts";

export interface Observer {
  readonly nowMs: () => number;
  readonly report: (action: FileAction) => void;
}

type Changes = UpdatesFiles & MakesLinks & SetsModes & SetsTimes;

/** It can what `inner` can. Looking at files is not told: stat and list. */
export function observed<F extends FileSystem>(inner: F, observer: Observer): F {
  const told = overrides(inner, observer);
  return new Proxy(inner, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return Reflect.get(told, name) ?? value.bind(target);
    },
  });
}

function overrides(inner: FileSystem & Partial<Changes>, { nowMs, report }: Observer): Partial<FileSystem & Changes> {
  type Subject = Pick<FileAction, "action" | "path" | "to">;
  const reason = (error: unknown): string => (isSallyportError(error) ? error.message : "it failed");
  const failed = (subject: Subject, error: unknown): void => report({ ...subject, ok: false, outcome: reason(error) });

  /** Tells the end, or that it failed. */
  async function whole<T>(subject: Subject, work: Promise<T>): Promise<T> {
    try {
      const result = await work;
      report({ ...subject, ok: true, outcome: "done" });
      return result;
    } catch (error) {
      failed(subject, error);
      throw error;
    }
  }

  /** Tells a failure alone: the end is told when what was opened is closed. */
  async function opening<T>(subject: Subject, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      failed(subject, error);
      throw error;
    }
  }

  /** A writer in which nothing was written made a new file, and another one fills it. */
  function upload(path: string): { moved: (bytes: number) => void; end: End } {
    const startMs = nowMs();
    let bytes = 0;
    let over = false;
    return {
      moved: (count) => {
        bytes += count;
      },
      end: (ok, outcome) => {
        if (over) return;
        over = true;
        report({ action: "upload", path, ok, outcome, bytes, durationMs: nowMs() - startMs });
      },
    };
  }

  type End = (ok: boolean, outcome: string) => void;

  /** What fails is the end of the upload, whatever follows. */
  async function moving(move: Promise<void>, end: End): Promise<void> {
    try {
      await move;
    } catch (error) {
      end(false, reason(error));
      throw error;
    }
  }

  async function finishing(finish: Promise<void>, end: End): Promise<void> {
    await moving(finish, end);
    end(true, "done");
  }

  /** Paths of uploads that have another name until they are complete: what becomes of them is told as the upload's own. */
  const temporary = new Set<string>();

  async function giveName(from: string, to: string, options: FileOptions): Promise<void> {
    if (!temporary.has(from)) return whole({ action: "rename", path: from, to }, inner.rename(from, to, options));
    await opening({ action: "upload", path: to }, inner.rename(from, to, options));
    temporary.delete(from);
  }

  /** Of an upload that has another name yet it is the upload's own. */
  async function changed(action: "chmod" | "set-time", path: string, work: Promise<void> | undefined): Promise<void> {
    await (temporary.has(path) || work === undefined ? work : whole({ action, path }, work));
  }

  async function remove(path: string, options: FileOptions): Promise<void> {
    if (!temporary.delete(path)) return whole({ action: "delete", path }, inner.remove(path, options));
    await inner.remove(path, options);
  }

  return {
    openRead: async (path, options): Promise<FileReader> => {
      const reader = await opening({ action: "download", path }, inner.openRead(path, options));
      const startMs = nowMs();
      let bytes = 0;
      let over = false;
      return {
        facts: reader.facts,
        read: async (buffer) => {
          const count = await reader.read(buffer);
          bytes += count;
          return count;
        },
        [Symbol.asyncDispose]: async () => {
          if (!over && bytes > 0) {
            const whole = options.offset + bytes >= reader.facts.size;
            const outcome = whole ? "done" : "not to its end";
            report({ action: "download", path, ok: whole, outcome, bytes, durationMs: nowMs() - startMs });
          }
          over = true;
          await reader[Symbol.asyncDispose]();
        },
      };
    },
    openWrite: async (path, options): Promise<FileWriter> => {
      const named = options.as ?? path;
      const writer = await opening({ action: "upload", path: named }, inner.openWrite(path, options));
      if (options.as !== undefined) temporary.add(path);
      const { moved, end } = upload(named);
      let wrote = false;
      return {
        write: async (pieces) => {
          wrote = true;
          await moving(writer.write(pieces), end);
          for (const { length } of pieces) moved(length);
        },
        finish: () => finishing(writer.finish(), end),
        [Symbol.asyncDispose]: async () => {
          if (wrote) end(false, "interrupted");
          await writer[Symbol.asyncDispose]();
        },
      };
    },
    openUpdate: async (path, options): Promise<FileUpdater> => {
      if (inner.openUpdate === undefined) throw new TypeError("no openUpdate");
      const updater = await opening({ action: "upload", path }, inner.openUpdate(path, options));
      const { moved, end } = upload(path);
      return {
        writeAt: async (offset, bytes) => {
          await moving(updater.writeAt(offset, bytes), end);
          moved(bytes.length);
        },
        truncate: (bytes) => updater.truncate(bytes),
        finish: () => finishing(updater.finish(), end),
        [Symbol.asyncDispose]: async () => {
          end(false, "interrupted");
          await updater[Symbol.asyncDispose]();
        },
      };
    },
    mkdir: (path, options) => whole({ action: "mkdir", path }, inner.mkdir(path, options)),
    rmdir: (path, options) => whole({ action: "rmdir", path }, inner.rmdir(path, options)),
    link: (path, to, options) => {
      if (inner.link === undefined) throw new TypeError("no link");
      return whole({ action: "link", path, to }, inner.link(path, to, options));
    },
    setMode: async (path, mode, options) => await changed("chmod", path, inner.setMode?.(path, mode, options)),
    setModified: async (path, timeMs, options) =>
      await changed("set-time", path, inner.setModified?.(path, timeMs, options)),
    remove,
    rename: giveName,
  };
}
