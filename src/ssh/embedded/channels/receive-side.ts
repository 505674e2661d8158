// The receiving side of a channel: bytes wait here until they are read, and only then the server may send more.
import { type Pace, ReceiveWindow } from "./receive-window.ts";

export interface ReceiveSideOptions {
  readonly pace: Pace;
  /** Hands bytes, or the end, to the reader; false when he has enough for now. */
  readonly push: (data: Buffer | null) => boolean;
  /** Tells the server that it may send so many bytes more. */
  readonly adjust: (bytes: number) => void;
}

export class ReceiveSide {
  readonly #options: ReceiveSideOptions;
  readonly #window: ReceiveWindow;
  #inbox: Buffer[] = [];
  #wanted = false;
  #ended = false;

  constructor(options: ReceiveSideOptions) {
    this.#options = options;
    this.#window = new ReceiveWindow(options.pace);
  }

  /** End-of-file has come. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Nothing waits for the reader. */
  get isEmpty(): boolean {
    return this.#inbox.length === 0;
  }

  /** False when the server was not allowed to send them. */
  arrive(data: Buffer): boolean {
    if (this.#ended || !this.#window.arrived(data.length)) return false;
    this.#inbox.push(data);
    this.#deliver();
    return true;
  }

  /** Bytes that take window, but that nobody reads. */
  discard(bytes: number): void {
    this.#window.arrived(bytes);
    this.#giveBack(bytes);
  }

  end(): void {
    this.#ended = true;
    this.#deliver();
  }

  /** The reader wants more. */
  want(): void {
    this.#wanted = true;
    this.#deliver();
  }

  /** Nobody reads any more. */
  clear(): void {
    this.#inbox = [];
  }

  #deliver(): void {
    while (this.#wanted) {
      const data = this.#inbox.shift();
      if (data === undefined) break;
      this.#giveBack(data.length);
      this.#wanted = this.#options.push(data);
    }
    if (this.#ended && this.isEmpty) this.#options.push(null);
  }

  #giveBack(bytes: number): void {
    const given = this.#window.read(bytes);
    if (given > 0 && !this.#ended) this.#options.adjust(given);
  }
}
