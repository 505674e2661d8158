// The terminal's keys for the line editor, in pieces that end with a Tab: the editor pauses its input while it completes, so
// that what is typed behind the Tab comes after the completion. `delete fo<Tab><Enter>`, typed fast, must not delete `fo`.
import { Readable } from "node:stream";
import type { ReadStream } from "node:tty";

const TAB = 9;

export class KeyGate extends Readable {
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
