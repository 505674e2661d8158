// A file at the server, read ahead: as many requests are on their way as the line holds.
import { raceAbort } from "../../platform/abort.ts";
import type { FileReader } from "../../platform/file-system.ts";
import type { FileFacts } from "../../protocol/listing/file-facts.ts";
import { statusCodes } from "../../ssh/sftp/wire/message-types.ts";
import type { Reply } from "../../ssh/sftp/wire/replies.ts";
import { dataOverhead, requests } from "../../ssh/sftp/wire/requests.ts";
import { Pieces } from "../pieces.ts";
import type { RemoteHandle } from "./sftp-calls.ts";

interface Piece {
  readonly offset: number;
  readonly bytes: number;
  readonly reply: Promise<Reply<"data">>;
  /** The answer has come. */
  isHere: boolean;
  /** Of the reader, where the answer is put together in it. */
  memory: Uint8Array | undefined;
}

const firstPieces = 4;

export class SftpReader implements FileReader {
  readonly facts: FileFacts;
  readonly #handle: RemoteHandle;
  readonly #signal: AbortSignal;
  readonly #pieceBytes: number;
  readonly #asked: Piece[] = [];
  /**
   * How many may be on their way. One more whenever we had to wait for the next, so it doubles in each round trip of a long
   * line; where we are the slow ones it stays small, and little piles up in ssh, whose buffer is dear to grow.
   */
  #window = firstPieces;
  #next: number;
  readonly #pieces = new Pieces((filled) => this.#more(filled));
  /** Of the answer whose bytes were given last. */
  #lent: Uint8Array | undefined;
  /** Whose bytes have been read: as much new memory as is downloaded took a fifth of the processor time. */
  #free: Uint8Array[] = [];
  #isAtEnd = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(handle: RemoteHandle, facts: FileFacts, offset: number, signal: AbortSignal) {
    this.#handle = handle;
    this.facts = facts;
    this.#next = offset;
    this.#signal = signal;
    this.#pieceBytes = handle.session.features.readBytes;
  }

  /** Asks for the first pieces before anybody reads. */
  begin(): void {
    this.#askAhead();
  }

  read(buffer: Uint8Array): Promise<number> {
    return this.#pieces.read(buffer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isAtEnd = true;
    this.#asked.length = 0;
    this.#pieces.clear();
    this.#free = [];
    await this.#handle[Symbol.asyncDispose]();
  }

  /** What came before a failure is given first, so that it is not lost for a reader that resumes there later. */
  async #more(filled: number): Promise<Uint8Array | undefined> {
    if (this.#failure !== undefined) throw this.#failure.error;
    try {
      return await this.#receive();
    } catch (error) {
      if (filled === 0) throw error;
      this.#failure = { error };
      return undefined;
    }
  }

  /** The next bytes; undefined at the end. */
  async #receive(): Promise<Uint8Array | undefined> {
    this.#reuse();
    if (this.#isAtEnd) return undefined;
    this.#askAhead();
    const piece = this.#asked.shift();
    if (piece === undefined) return undefined;
    const hadToWait = !piece.isHere;
    const reply = await raceAbort(piece.reply, this.#signal);
    if (reply.type === "status" && reply.code === statusCodes.endOfFile) {
      this.#isAtEnd = true;
      return undefined;
    }
    const { session, path } = this.#handle;
    const { bytes } = await session.answer(Promise.resolve(reply), { path, doing: "read" }, this.#signal);
    // Section 6.4: a server may give less than was asked for. The rest comes before what follows.
    if (bytes.length < piece.bytes)
      this.#asked.unshift(this.#ask(piece.offset + bytes.length, piece.bytes - bytes.length));
    else if (hadToWait)
      this.#window = Math.min(this.#window + 1, Math.ceil(session.client.pipelineBytes / this.#pieceBytes));
    this.#lent = piece.memory;
    return bytes;
  }

  /** More is asked for when what was given has been read. */
  #reuse(): void {
    if (this.#lent !== undefined) this.#free.push(this.#lent);
    this.#lent = undefined;
  }

  /** As far as the size that the server told, and a piece more: the file may have grown, or have no size (/proc). */
  #askAhead(): void {
    while (this.#asked.length < this.#window && this.#next < this.facts.size) {
      this.#append(Math.min(this.#pieceBytes, this.facts.size - this.#next));
    }
    const last = this.#asked.at(-1);
    const isProbed = last !== undefined && last.offset >= this.facts.size;
    if (this.#next >= this.facts.size && !isProbed) this.#append(this.#pieceBytes);
  }

  #append(bytes: number): void {
    this.#asked.push(this.#ask(this.#next, bytes));
    this.#next += bytes;
  }

  #ask(offset: number, bytes: number): Piece {
    const { session, id } = this.#handle;
    const memory = (): Uint8Array => {
      piece.memory = this.#free.pop() ?? new Uint8Array(dataOverhead + bytes);
      return piece.memory;
    };
    const { reply } = session.client.ask(requests.read(id, offset, bytes, memory));
    const piece: Piece = { offset, bytes, reply, isHere: false, memory: undefined };
    const arrive = (): void => {
      piece.isHere = true;
    };
    reply.then(arrive, arrive);
    return piece;
  }
}
