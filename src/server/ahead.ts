// Clients that ask for SIZE before each RETR wait for both (curl). Where a client has done so, its next file is opened with its SIZE: one look for both.
import type { Clock } from "../platform/clock.ts";
import { type FileReader, type FileSystem, type OpenedAhead, opensAhead } from "../platform/file-system.ts";
import { afterwards, type Soon, whenDone } from "../platform/soon.ts";
import { limits } from "../protocol/limits.ts";

/** Between SIZE and RETR. Whatever else comes, the file is not what the client is about. */
const between: ReadonlySet<string> = new Set(
  "SIZE MDTM TYPE MODE STRU PASV EPSV LPSV PORT EPRT LPRT REST NOOP RETR".split(" "),
);

interface Opened {
  readonly path: string;
  readonly file: Soon<OpenedAhead | undefined>;
  readonly cancel: () => void;
}

/** Of one session; one file at a time. */
export class Ahead {
  readonly #clock: Clock;
  readonly #track: (work: Promise<unknown>) => void;
  /** What the last SIZE was about. */
  #sized: string | undefined;
  #isExpected = false;
  #opened: Opened | undefined;

  /** `track`: for what goes on behind a reply. */
  constructor(clock: Clock, track: (work: Promise<unknown>) => void) {
    this.#clock = clock;
    this.#track = track;
  }

  /** The client asks for its size. Undefined, now or later: the file is not open. */
  sized(files: FileSystem, path: string, signal: AbortSignal): Soon<OpenedAhead | undefined> {
    this.#drop();
    this.#sized = path;
    if (!this.#isExpected || !opensAhead(files)) return undefined;
    const file = whenDone<OpenedAhead, OpenedAhead | undefined>(
      () => files.openAhead(path, { signal }),
      (opened) => opened,
      () => undefined,
    );
    this.#opened = { path, file, cancel: this.#clock.after(limits.serverAheadMs, () => this.#drop()) };
    return file;
  }

  /** The client wants the file. Undefined, now or later: it is not open, or another one has its name by now. */
  take(path: string, offset: number, signal: AbortSignal): Soon<FileReader | undefined> {
    this.#isExpected = path === this.#sized;
    const opened = this.#opened;
    if (opened === undefined || opened.path !== path) return undefined;
    this.#opened = undefined;
    opened.cancel();
    return afterwards(opened.file, (file) => file && takenFrom(file, offset, signal));
  }

  /** Any command was carried out. */
  after(verb: string): void {
    if (!between.has(verb)) this.forget();
  }

  forget(): void {
    this.#sized = undefined;
    this.#drop();
  }

  #drop(): void {
    const opened = this.#opened;
    if (opened === undefined) return;
    this.#opened = undefined;
    opened.cancel();
    this.#track(Promise.resolve(opened.file).then((file) => file?.[Symbol.asyncDispose]()));
  }
}

function takenFrom(file: OpenedAhead, offset: number, signal: AbortSignal): Soon<FileReader | undefined> {
  return whenDone<FileReader | undefined, FileReader | undefined>(
    () => file.take(offset, signal),
    (reader) => reader,
    (error) => {
      if (signal.aborted) throw error;
      return undefined; // opening it says why
    },
  );
}
