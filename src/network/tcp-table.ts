// A table of the system's TCP sockets (proc(5), /proc/net/tcp). To read it is work for the kernel: it walks through all that
// could be there, milliseconds on a large machine. So one reading serves all who have asked before it began, it goes no
// further than needed, and it leaves no text behind: a table of a busy machine is a megabyte.
import { read } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { onAbort } from "../platform/abort.ts";

/** A row that is looked for, by the ways in which the table may spell its ends. */
export interface WantedRow {
  /** The end that the row belongs to. */
  readonly local: readonly string[];
  readonly remote: readonly string[];
}

interface Question extends WantedRow {
  readonly answer: (fields: readonly string[] | undefined) => void;
  isOver: boolean;
}

/** The kernel gives 4 KiB at a time, in whole rows of 150 bytes. */
const bufferBytes = 16_384;
const newline = 10;

export class TcpTable {
  readonly #path: string;
  readonly #buffer: Buffer = Buffer.allocUnsafeSlow(bufferBytes);
  #questions: Question[] = [];
  #isReading = false;

  constructor(path: string) {
    this.#path = path;
  }

  /** The fields of the row; `undefined` where there is none, or no such table, or the signal is aborted. Never rejects. */
  find(wanted: WantedRow, signal?: AbortSignal): Promise<readonly string[] | undefined> {
    return new Promise((resolve) => {
      if (signal?.aborted === true) return resolve(undefined);
      const question: Question = {
        ...wanted,
        isOver: false,
        answer: (fields) => {
          question.isOver = true;
          stopListening();
          resolve(fields);
        },
      };
      const stopListening = onAbort(signal, () => question.answer(undefined));
      this.#questions.push(question);
      if (!this.#isReading) void this.#answerAll();
    });
  }

  async #answerAll(): Promise<void> {
    this.#isReading = true;
    while (this.#questions.length > 0) {
      const open = new Set(this.#questions);
      this.#questions = [];
      await this.#read(open);
      for (const { answer } of open) answer(undefined);
    }
    this.#isReading = false;
  }

  async #read(questions: Set<Question>): Promise<void> {
    let file: FileHandle | undefined;
    try {
      file = await open(this.#path);
      await this.#search(file, questions);
    } catch {
      // No Linux, or no /proc.
    } finally {
      await file?.close().catch(() => {});
    }
  }

  /** With callbacks: a promise for each 4 KiB costs this program's one thread twice the time. */
  #search({ fd }: FileHandle, questions: Set<Question>): Promise<void> {
    const buffer = this.#buffer;
    return new Promise((resolve, reject) => {
      const next = (kept: number): void =>
        read(fd, buffer, kept, buffer.length - kept, null, (error, bytesRead) => {
          if (error !== null) return reject(error);
          if (bytesRead === 0) return resolve();
          const left = this.#answer(questions, kept + bytesRead);
          if (questions.size === 0) resolve();
          else next(left);
        });
      next(0);
    });
  }

  /** From the rows that are there whole. Gives how much of the next one is kept. */
  #answer(questions: Set<Question>, end: number): number {
    const rowsEnd = this.#buffer.lastIndexOf(newline, end - 1) + 1;
    const rows = this.#buffer.subarray(0, rowsEnd);
    for (const question of questions) {
      // Nobody reads on for who has given up.
      if (question.isOver) {
        questions.delete(question);
        continue;
      }
      const fields = findRow(rows, question);
      if (fields === undefined) continue;
      questions.delete(question);
      question.answer(fields);
    }
    this.#buffer.copyWithin(0, rowsEnd, end);
    return end - rowsEnd;
  }
}

/** A row: `  12: 0100007F:0FA1 0100007F:C350 01 …`, its number, its own end, the other end, and what else is known. */
function findRow(rows: Buffer, { local, remote }: WantedRow): string[] | undefined {
  for (const end of local) {
    const start = `: ${end} `;
    for (let at = rows.indexOf(start); at !== -1; at = rows.indexOf(start, at + 1)) {
      const fields = rows.toString("latin1", at, rows.indexOf(newline, at)).trim().split(/\s+/);
      if (remote.includes(fields[2] ?? "")) return fields;
    }
  }
  return undefined;
}
