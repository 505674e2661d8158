// Lines of a stream, one after the other.
import type { Duplex } from "node:stream";

export class Lines {
  readonly #lines: string[] = [];
  #rest = "";
  #isOver = false;
  #wake: () => void = () => {};

  constructor(stream: Duplex) {
    stream.on("data", (bytes: Buffer) => {
      const lines = (this.#rest + bytes.toString("latin1")).split("\r\n");
      this.#rest = lines.pop() ?? "";
      this.#lines.push(...lines);
      this.#wake();
    });
    for (const event of ["end", "close", "error"]) {
      stream.on(event, () => {
        this.#isOver = true;
        this.#wake();
      });
    }
  }

  /** `undefined`: there will be no more. */
  async next(): Promise<string | undefined> {
    while (this.#lines.length === 0 && !this.#isOver) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#lines.shift();
  }
}
