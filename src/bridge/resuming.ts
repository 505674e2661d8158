// Files at an SFTP server whose connection is lost in the middle of a transfer: read and written on from where they were, if they are still the same.
import { wait } from "../platform/clock.ts";
import type { FileReader, FileWriter } from "../platform/file-system.ts";
import { type ErrorCode, isSallyportError, SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import type { FileFacts } from "../protocol/listing/file-facts.ts";
import type { KeptSftp, LiveSftp } from "./kept-sftp.ts";

/** Trying again would not help. */
const hopeless: ReadonlySet<ErrorCode> = new Set(["SSH_AUTH", "SSH_HOST_KEY", "SSH_CONFIG", "CLOSED"]);

/** From a loss to the next byte, over as many sessions as that takes: a server that lets us in and answers nothing must not hold a transfer for ever. */
interface Standstill {
  readonly endMs: number;
  /** Before the next attempt. */
  waitMs: number;
}

const standstillFrom = (nowMs: number): Standstill => ({ endMs: nowMs + limits.bridgeResumeMs, waitMs: 0 });

/** What goes on after a loss, and where it was. */
interface Course<T> {
  readonly kept: KeptSftp;
  readonly signal: AbortSignal;
  readonly standstill: Standstill;
  /** Opens the file again. Throws a {@link Changed} where it is another one now. */
  readonly reopen: (live: LiveSftp) => Promise<T>;
}

/**
 * Opens again what was lost with `live`, as often as it takes within a limit. Throws `error` itself where nothing was lost, the file has changed,
 * or time is up.
 */
async function resume<T>(error: unknown, live: LiveSftp, course: Course<T>): Promise<{ opened: T; live: LiveSftp }> {
  const { kept, signal, standstill, reopen } = course;
  if (signal.aborted || !live.client.isOver) throw error;
  const { clock } = kept;
  let last: unknown;
  while (clock.nowMs() + standstill.waitMs <= standstill.endMs) {
    if (standstill.waitMs > 0) await wait(clock, standstill.waitMs, signal);
    standstill.waitMs = Math.max(limits.bridgeResumeWaitMs, 2 * standstill.waitMs);
    let now: LiveSftp | undefined;
    try {
      now = await kept.current(signal);
      return { opened: await reopen(now), live: now };
    } catch (failure) {
      signal.throwIfAborted();
      last = failure;
      const isLost = now === undefined || now.client.isOver;
      if (!isLost || (isSallyportError(failure) && hopeless.has(failure.code))) break;
    }
  }
  throw told(error, last);
}

/** The loss, and why there was no going on. */
function told(error: unknown, failure: unknown): unknown {
  if (!isSallyportError(error) || !isSallyportError(failure)) return error;
  const { code, details } = error;
  return new SallyportError(code, `${error.message}; it was not resumed: ${failure.message}`, {
    cause: failure,
    details,
  });
}

const changed = (why: string): SallyportError =>
  new SallyportError("FS_FAILED", `the file was changed meanwhile: ${why}`);

export interface ReadCourse {
  readonly kept: KeptSftp;
  readonly signal: AbortSignal;
  readonly offset: number;
  readonly open: (live: LiveSftp, offset: number) => Promise<FileReader>;
}

/** Goes on from the last byte that was given, where size and time are as they were. */
export class ResumingReader implements FileReader {
  readonly facts: FileFacts;
  readonly #course: ReadCourse;
  #live: LiveSftp;
  #reader: FileReader;
  #position: number;
  #standstill: Standstill | undefined;

  constructor(course: ReadCourse, live: LiveSftp, reader: FileReader) {
    this.#course = course;
    this.#live = live;
    this.#reader = reader;
    this.facts = reader.facts;
    this.#position = course.offset;
  }

  /** What came before a loss is less than fits, and no end. */
  async read(buffer: Uint8Array): Promise<number> {
    let filled = 0;
    while (filled < buffer.length) {
      const count = await this.#read(buffer.subarray(filled));
      if (count === 0) break;
      filled += count;
    }
    return filled;
  }

  async #read(buffer: Uint8Array): Promise<number> {
    for (;;) {
      try {
        const count = await this.#reader.read(buffer);
        if (count === 0) this.#assertWhole();
        this.#position += count;
        this.#standstill = undefined;
        return count;
      } catch (error) {
        const { kept, signal } = this.#course;
        this.#standstill ??= standstillFrom(kept.clock.nowMs());
        const course = { kept, signal, standstill: this.#standstill, reopen: (live: LiveSftp) => this.#reopen(live) };
        const resumed = await resume(error, this.#live, course);
        await this.#reader[Symbol.asyncDispose]();
        this.#reader = resumed.opened;
        this.#live = resumed.live;
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader[Symbol.asyncDispose]();
  }

  /** A file that was cut off, or changed while it was read, must not look like a whole one. Those of no size (/proc) are larger than they say. */
  #assertWhole(): void {
    const { size, unreported } = this.facts;
    if (unreported?.includes("size") === true || this.#position >= size) return;
    throw new SallyportError(
      "FS_FAILED",
      `the file ended after ${this.#position} bytes, and the server had reported ${size}`,
    );
  }

  async #reopen(live: LiveSftp): Promise<FileReader> {
    const reader = await this.#course.open(live, this.#position);
    const why = difference(this.facts, reader.facts);
    if (why === undefined) return reader;
    await reader[Symbol.asyncDispose]();
    throw changed(why);
  }
}

/** Undefined: the same, as far as the server reports it; what it does not report cannot be compared. */
function difference(before: FileFacts, now: FileFacts): string | undefined {
  const unreported = [...(before.unreported ?? []), ...(now.unreported ?? [])];
  if (unreported.includes("size") || unreported.includes("modifiedMs"))
    return "the server does not report its size and time";
  if (before.size !== now.size) return `it had ${before.size} bytes and has ${now.size}`;
  return before.modifiedMs === now.modifiedMs ? undefined : "its time is another one";
}

/** A writer that knows how much the server has acknowledged. */
export interface AcknowledgingWriter extends FileWriter {
  /** Every byte before this one is at the server. */
  readonly acknowledged: number;
}

export interface WriteCourse {
  readonly kept: KeptSftp;
  readonly signal: AbortSignal;
  readonly open: (live: LiveSftp, offset: number) => Promise<AcknowledgingWriter>;
  readonly stat: (live: LiveSftp) => Promise<FileFacts>;
}

/**
 * Goes on from the last acknowledged byte, where the file has no less than that and no more than was sent. What is not acknowledged is kept:
 * no more than the SFTP client sends ahead.
 */
export class ResumingWriter implements FileWriter {
  readonly #course: WriteCourse;
  #live: LiveSftp;
  #writer: AcknowledgingWriter;
  /** Behind what is acknowledged, without a gap, up to `#sent`. */
  #unacknowledged: Uint8Array[] = [];
  readonly #copies = new Copies();
  #acknowledged: number;
  #sent: number;
  #hadGaps = false;
  #standstill: Standstill | undefined;
  /** What was acknowledged when it was lost. */
  #reached = 0;
  #isComplete = false;

  constructor(course: WriteCourse, live: LiveSftp, writer: AcknowledgingWriter) {
    this.#course = course;
    this.#live = live;
    this.#writer = writer;
    this.#acknowledged = writer.acknowledged;
    this.#sent = writer.acknowledged;
  }

  async write(pieces: readonly Uint8Array[]): Promise<void> {
    const mine = pieces.filter(({ length }) => length > 0).map((piece) => this.#copies.of(piece));
    this.#unacknowledged.push(...mine);
    this.#sent += mine.reduce((sum, { length }) => sum + length, 0);
    await this.#persist(
      (writer) => writer.write(mine),
      (writer) => this.#replay(writer),
    );
    this.#forget();
  }

  async finish(): Promise<void> {
    await this.#persist(
      (writer) => writer.finish(),
      async (writer) => {
        await this.#replay(writer);
        await writer.finish();
      },
    );
    this.#isComplete = true;
  }

  get mayHaveGaps(): boolean {
    return !this.#isComplete && (this.#hadGaps || this.#writer.mayHaveGaps === true);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#unacknowledged = [];
    await this.#writer[Symbol.asyncDispose]();
  }

  /** `again` does the same, and all that was not acknowledged before, with the file opened again. */
  async #persist(
    work: (writer: FileWriter) => Promise<void>,
    again: (writer: FileWriter) => Promise<void>,
  ): Promise<void> {
    for (let next = work; ; next = again) {
      try {
        return await next(this.#writer);
      } catch (error) {
        this.#forget();
        const { kept, signal } = this.#course;
        const course = { kept, signal, standstill: this.#lost(), reopen: (live: LiveSftp) => this.#reopen(live) };
        const resumed = await resume(error, this.#live, course);
        await this.#writer[Symbol.asyncDispose]();
        this.#hadGaps ||= this.#writer.mayHaveGaps === true;
        this.#writer = resumed.opened;
        this.#live = resumed.live;
      }
    }
  }

  /** The same one as long as nothing more was acknowledged. */
  #lost(): Standstill {
    const { acknowledged } = this.#writer;
    if (this.#standstill === undefined || acknowledged > this.#reached)
      this.#standstill = standstillFrom(this.#course.kept.clock.nowMs());
    this.#reached = Math.max(this.#reached, acknowledged);
    return this.#standstill;
  }

  async #reopen(live: LiveSftp): Promise<AcknowledgingWriter> {
    const { size, unreported } = await this.#course.stat(live);
    if (unreported?.includes("size") === true) throw changed("the server does not report its size");
    if (size < this.#acknowledged || size > this.#sent)
      throw changed(`it has ${size} bytes, and ${this.#acknowledged} to ${this.#sent} were written`);
    return await this.#course.open(live, this.#acknowledged);
  }

  async #replay(writer: FileWriter): Promise<void> {
    await writer.write(this.#unacknowledged);
  }

  /** What the server has by now. */
  #forget(): void {
    const { acknowledged } = this.#writer;
    for (let [first] = this.#unacknowledged; first !== undefined; [first] = this.#unacknowledged) {
      if (this.#acknowledged + first.length > acknowledged) return;
      this.#acknowledged += first.length;
      this.#unacknowledged.shift();
      this.#copies.release(first);
    }
  }
}

/** Copies of what is written, in memory that is used again: as much new memory as is uploaded took a fifth of the processor time. */
class Copies {
  readonly #free: Uint8Array[] = [];

  of(piece: Uint8Array): Uint8Array {
    const at = this.#free.findIndex(({ length }) => length >= piece.length);
    const [found] = at < 0 ? [] : this.#free.splice(at, 1);
    if (found === undefined) this.#free.shift(); // one that is too small makes room
    const memory = found ?? new Uint8Array(piece.length);
    memory.set(piece);
    return memory.subarray(0, piece.length);
  }

  /** The server has it, so nobody sends it any more. */
  release({ buffer }: Uint8Array): void {
    if (this.#free.length < limits.bridgeSpareCopiesMax) this.#free.push(new Uint8Array(buffer));
  }
}
