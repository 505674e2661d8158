// The rest of a large file, which the system sends by itself over a fast line: where most of the time would go into copying its bytes.
import type { Duplex } from "node:stream";
import { raceAbort } from "../platform/abort.ts";
import type { Clock } from "../platform/clock.ts";
import type { LendsFile } from "../platform/file-system.ts";
import { type Connection, sendsFiles } from "../platform/network.ts";
import { limits } from "../protocol/limits.ts";

export interface FileRestOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** How many more bytes have moved. */
  readonly moved: (bytes: number) => void;
}

export class FileRest {
  readonly #connection: Connection;
  readonly #options: FileRestOptions;
  #startMs: number | undefined;
  #isDecided = false;

  constructor(connection: Connection, options: FileRestOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#isDecided = !sendsFiles(connection);
  }

  /** To be asked with each piece: whether what is `left` of the file behind the first `sent` bytes is to be sent in this way. True once. */
  isDue(sent: number, left: number): boolean {
    if (this.#isDecided) return false;
    const nowMs = this.#options.clock.nowMs();
    this.#startMs ??= nowMs;
    if (sent < limits.systemSendBehindBytes) return false;
    this.#isDecided = true;
    return left >= limits.systemSendFromBytes && nowMs - this.#startMs <= limits.systemSendBehindMs;
  }

  /** Everything before was written. Gives how many bytes that were; the file goes on behind them. Rejects when the connection has to be reset. */
  async send(file: LendsFile): Promise<number> {
    const connection = this.#connection;
    if (!sendsFiles(connection)) return 0;
    const { signal, moved } = this.#options;
    await raceAbort(taken(connection.stream), signal);
    return await file.lend((descriptor, position) => connection.sendFile(descriptor, position, { signal, moved }));
  }
}

/** The network has all that was written, or never will: what is written next finds that. */
function taken(stream: Duplex): Promise<void> {
  return new Promise((resolve) => void stream.write(new Uint8Array(0), () => resolve()));
}
