// The sending side of a channel: bytes wait here for window, and for room in the connection (RFC 4254 section 5.2).
import { SendQueue } from "../../channels/send-queue.ts";

export type Done = (error?: Error | null) => void;

export interface SendSideOptions {
  /** What the server takes before it gives more, in bytes. */
  readonly window: number;
  readonly packetMax: number;
  readonly send: (data: Buffer) => void;
  readonly isCongested: () => boolean;
  readonly whenClear: (callback: () => void) => void;
}

export class SendSide {
  readonly #options: SendSideOptions;
  readonly #queue = new SendQueue();
  #window: number;
  #stopped = false;
  #written: Done | undefined;

  constructor(options: SendSideOptions) {
    this.#options = options;
    this.#window = options.window;
  }

  /** Calls back when all is sent, or when that has become impossible. One call at a time, as streams do it. */
  write(chunks: readonly Buffer[], done: Done): void {
    for (const chunk of chunks) this.#queue.push(chunk);
    this.#written = done;
    this.#flush();
  }

  /** Takes window for bytes that go another way. False when there is too little. */
  spend(bytes: number): boolean {
    if (this.#window < bytes || this.#stopped) return false;
    this.#window -= bytes;
    return true;
  }

  /** The other side takes more. */
  widen(bytes: number): void {
    this.#window += bytes;
    this.#flush();
  }

  /** Nothing is sent from now on. A write that is under way waits for {@link fail}. */
  stop(): void {
    this.#stopped = true;
  }

  /** True while a write waits. */
  get isBusy(): boolean {
    return this.#written !== undefined;
  }

  /** Ends the write that is under way. */
  fail(error: Error): void {
    this.#settle(error);
  }

  readonly #flush = (): void => {
    const { packetMax, send, isCongested, whenClear } = this.#options;
    while (this.#queue.bytes > 0) {
      if (this.#window === 0 || this.#stopped) return;
      if (isCongested()) {
        whenClear(this.#flush);
        return;
      }
      const data = this.#queue.take(Math.min(this.#window, packetMax));
      this.#window -= data.length;
      send(Buffer.from(data.buffer, data.byteOffset, data.length));
    }
    this.#settle();
  };

  #settle(error?: Error): void {
    const done = this.#written;
    this.#written = undefined;
    done?.(error);
  }
}
