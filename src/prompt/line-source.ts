// Where the prompt's lines come from: a terminal with history and completion, or a pipe.
import { createInterface, type Interface } from "node:readline";
import { Readable } from "node:stream";
import type { ReadStream } from "node:tty";

/** Completes the line up to the cursor: what may stand there, and what of the line it replaces. */
export type Complete = (line: string) => Promise<readonly [readonly string[], string]>;

export interface LineSource extends Disposable {
  /** The next line; `undefined` at the end. */
  next(prompt: string): Promise<string | undefined>;
  /** Shows something in the middle of a line, which is there again afterwards. */
  aside(show: () => void): void;
}

const historyLines = 1000;

/** A password as the last word of `user` is not for the history. */
const secretLine = /^\s*u(?:s|se|ser)?\s+\S+\s+\S/i;

/**
 * Reads with a new editor for each line: between the lines the terminal is as other programs know it, Ctrl-C is a
 * signal, and a password can be asked for. Ctrl-C in a line drops the line.
 */
export class TerminalLines implements LineSource {
  readonly #keys: KeyGate;
  readonly #output: NodeJS.WriteStream;
  readonly #complete: Complete;
  #history: string[] = [];
  /** Typed or pasted ahead. */
  #waiting: string[] = [];
  #editor: Interface | undefined;

  constructor(input: ReadStream, output: NodeJS.WriteStream, complete: Complete) {
    this.#keys = new KeyGate(input);
    this.#output = output;
    this.#complete = complete;
  }

  next(prompt: string): Promise<string | undefined> {
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) {
      this.#output.write(`${prompt}${waiting}\n`);
      return Promise.resolve(waiting);
    }
    return new Promise((resolve) => this.#read(prompt, resolve));
  }

  #read(prompt: string, done: (line: string | undefined) => void): void {
    const editor = createInterface({
      input: this.#keys,
      output: this.#output,
      terminal: true,
      history: this.#history,
      historySize: historyLines,
      removeHistoryDuplicates: true,
      completer: (line: string, complete: (error: null, result: [string[], string]) => void) => {
        void this.#complete(line).then(
          ([found, part]) => complete(null, [[...found], part]),
          () => complete(null, [[], line]),
        );
      },
    });
    this.#editor = editor;
    let line: string | undefined;
    editor.on("history", (history: string[]) => {
      this.#history = history.filter((old) => !secretLine.test(old));
    });
    editor.on("line", (text) => {
      if (line === undefined) {
        line = text;
        // More lines of one paste come at once, before this.
        queueMicrotask(() => editor.close());
      } else this.#waiting.push(text);
    });
    editor.on("SIGINT", () => {
      this.#output.write("^C\n");
      line = "";
      editor.close();
    });
    // After Ctrl-Z and fg Node leaves the input paused, unless somebody goes on.
    editor.on("SIGCONT", () => editor.prompt(true));
    editor.on("close", () => {
      this.#editor = undefined;
      if (line === undefined) this.#output.write("\n");
      done(line);
    });
    editor.setPrompt(prompt);
    editor.prompt();
  }

  aside(show: () => void): void {
    if (this.#editor !== undefined) this.#output.write("\r\u001b[K");
    show();
    this.#editor?.prompt(true);
  }

  [Symbol.dispose](): void {
    this.#keys.pause();
  }
}

/** A pipe or a file: no prompt, no echo. */
export class PipedLines implements LineSource {
  readonly #editor: Interface;
  readonly #lines: AsyncIterator<string>;

  constructor(input: NodeJS.ReadableStream) {
    this.#editor = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
    this.#lines = this.#editor[Symbol.asyncIterator]();
  }

  async next(): Promise<string | undefined> {
    const { value, done } = await this.#lines.next();
    return done === true ? undefined : value;
  }

  aside(show: () => void): void {
    show();
  }

  [Symbol.dispose](): void {
    this.#editor.close();
  }
}

const TAB = 9;

class KeyGate extends Readable {
  readonly #input: ReadStream;

  constructor(input: ReadStream) {
    super();
    this.#input = input;
    input.on("data", (keys: Buffer) => {
      for (const piece of piecesOf(keys)) this.push(piece);
    });
    input.on("end", () => this.push(null));
    input.on("error", () => this.push(null));
    // Between two lines the terminal is for others to read.
    this.on("pause", () => input.pause());
    this.on("resume", () => input.resume());
    input.pause();
  }

  override _read(): void {}

  /** What makes it a terminal for the editor. */
  setRawMode(raw: boolean): this {
    this.#input.setRawMode(raw);
    return this;
  }
}

function piecesOf(keys: Buffer): Buffer[] {
  const pieces: Buffer[] = [];
  let start = 0;
  for (let tab = keys.indexOf(TAB); tab !== -1; tab = keys.indexOf(TAB, start)) {
    pieces.push(keys.subarray(start, tab + 1));
    start = tab + 1;
  }
  if (start < keys.length) pieces.push(keys.subarray(start));
  return pieces;
}
