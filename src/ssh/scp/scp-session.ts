// What both roles of scp do on the stream: lines and bytes in, answers out.
import type { Duplex } from "node:stream";
import { isSallyportError, SallyportError } from "../../protocol/error.ts";
import { bytesFromLatin1, latin1FromBytes } from "../../protocol/latin1.ts";
import { limits } from "../../protocol/limits.ts";
import { printable } from "../../protocol/printable.ts";
import { formatComplaint, scpOk } from "./wire/records.ts";

/** The client gets the reason, and nothing follows. */
export class ScpFatal extends Error {
  override readonly name = "ScpFatal";
}

export const isScpFatal = (error: unknown): error is Error => error instanceof Error && error.name === "ScpFatal";

const lineFeed = 0x0a;

export class ScpSession {
  /** A complaint was made, by either side: the exit status. */
  failed = false;
  readonly #stream: Duplex;
  readonly #incoming: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(stream: Duplex) {
    this.#stream = stream;
    // The last answer is still on its way when the client has sent all.
    this.#incoming = stream.iterator({ destroyOnReturn: false })[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  }

  /** Without its line feed; `undefined` at the end-of-file. */
  async line(): Promise<string | undefined> {
    let line = "";
    for (;;) {
      const end = this.#rest.indexOf(lineFeed);
      line += latin1FromBytes(end < 0 ? this.#rest : this.#rest.subarray(0, end));
      if (line.length > limits.scpLineBytesMax) throw new ScpFatal("a line is too long");
      if (end >= 0) {
        this.#rest = this.#rest.subarray(end + 1);
        return line;
      }
      if (!(await this.#more())) return undefined;
    }
  }

  /** At most so many bytes; none at the end-of-file. */
  async bytes(most: number): Promise<Uint8Array> {
    if (this.#rest.length === 0) await this.#more();
    const bytes = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(bytes.length);
    return bytes;
  }

  /** The other side's answer: true for its OK. Throws when it is gone, unless `isEndOk`. */
  async answer(isEndOk = false): Promise<boolean> {
    const [first] = await this.bytes(1);
    if (first === undefined && isEndOk) return true;
    if (first === undefined) throw new ScpFatal("the client is gone");
    if (first === 0) return true;
    this.failed = true;
    await this.line(); // what its user reads there
    if (first === 1) return false;
    throw new ScpFatal("the client gave up");
  }

  ok(): Promise<void> {
    return this.write(scpOk);
  }

  /** Reports what failed, and goes on. */
  async warn(path: string, error: unknown): Promise<void> {
    this.failed = true;
    const words = wordsOf(error);
    const shown = printable(path, 200);
    await this.write(formatComplaint("warning", words.startsWith(shown) ? words : `${shown}: ${words}`));
  }

  /** Waits while the client does not read. */
  async write(piece: string | Uint8Array): Promise<void> {
    const bytes = typeof piece === "string" ? bytesFromLatin1(piece) : piece;
    await new Promise<void>((resolve, reject) => {
      this.#stream.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
  }

  async #more(): Promise<boolean> {
    const { value, done } = await this.#incoming.next();
    if (done === true) return false;
    this.#rest = value;
    return true;
  }
}

/** Words of foreign errors are not for clients. */
function wordsOf(error: unknown): string {
  if (typeof error === "string") return error;
  return isSallyportError(error) ? printable(error.message) : "it failed";
}

/** Thrown to end it without a word: the client must not take what it has for complete. */
export function fileShrank(): SallyportError {
  return new SallyportError("FS_FAILED", "a file has become shorter while it was sent");
}
