// The note beside a part at the server: which source it is from.
import type { SourceFacts } from "../../client/transfer-options.ts";
import { limits } from "../../protocol/limits.ts";
import { readNote, writeNote } from "../resume-rule.ts";
import type { SftpChannel } from "./sftp-channel.ts";
import { readRemote } from "./verify.ts";

/** A note that could not be written, read or removed is one that is not there: parts are then compared byte by byte. */
export class SourceNote {
  readonly #remote: SftpChannel;
  readonly #path: string;
  readonly #signal: AbortSignal;
  #writing: Promise<void> | undefined;
  #isThere = false;

  constructor(remote: SftpChannel, path: string, signal: AbortSignal) {
    this.#remote = remote;
    this.#path = path;
    this.#signal = signal;
  }

  async read(): Promise<SourceFacts | undefined> {
    const pieces: Uint8Array[] = [];
    try {
      for await (const piece of readRemote(this.#remote, this.#path, 0, this.#signal)) {
        this.#isThere = true;
        pieces.push(piece);
        if (piece.length > limits.partNoteBytesMax) return undefined;
      }
    } catch {
      this.#signal.throwIfAborted();
    }
    return readNote(Buffer.concat(pieces).toString("utf8"));
  }

  /** Once a part is worth resuming. Nobody waits for it but {@link remove}. */
  reached(bytes: number, source: SourceFacts): void {
    if (bytes >= limits.transferNoteBytes) this.write(source);
  }

  write(source: SourceFacts): void {
    this.#writing ??= this.#write(source).catch(() => {});
  }

  /** There may be one of an earlier run. */
  expect(): void {
    this.#isThere = true;
  }

  /** The part is none any more. */
  async remove(): Promise<void> {
    await this.#writing;
    if (!this.#isThere || this.#remote.client.isOver) return;
    await this.#remote.files.remove(this.#path, { signal: this.#signal }).catch(() => {});
  }

  /** It is on the server's disk, or never will be. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async #write(source: SourceFacts): Promise<void> {
    if (this.#remote.client.isOver) return;
    this.#isThere = true;
    const options = { start: "truncate", signal: never } as const;
    await using writer = await this.#remote.files.openWrite(this.#path, options);
    await writer.write([Buffer.from(writeNote(source))]);
    await writer.finish();
  }
}

/** A transfer that is given up leaves its note. */
const never: AbortSignal = new AbortController().signal;
