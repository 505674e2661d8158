// The note beside a part on this machine: which source it is from.
import { closeSync, openSync, readSync, rmSync, writeFileSync } from "node:fs";
import { limits } from "../protocol/limits.ts";
import { kindOf } from "./local-tree.ts";
import { noteBytesMax, readNote, type SourceIdentity, writeNote } from "./source-identity.ts";

/** At once, as each is a few bytes. A note that could not be written is one that is not there: parts are then compared byte by byte. */
export class LocalNote {
  readonly #path: string;
  #isWritten = false;

  constructor(path: string) {
    this.#path = path;
  }

  read(): SourceIdentity | undefined {
    try {
      // A link or a pipe is none of ours.
      if (kindOf(this.#path) !== "file") return undefined;
      const [file, bytes] = [openSync(this.#path, "r"), Buffer.alloc(noteBytesMax)];
      try {
        return readNote(bytes.toString("utf8", 0, readSync(file, bytes)));
      } finally {
        closeSync(file);
      }
    } catch {
      return undefined;
    }
  }

  /** Once a part is worth resuming. */
  reached(bytes: number, source: SourceIdentity | undefined): void {
    if (!this.#isWritten && bytes >= limits.transferNoteBytes && source !== undefined) this.write(source);
  }

  write(source: SourceIdentity): void {
    this.#isWritten = true;
    try {
      this.remove();
      writeFileSync(this.#path, writeNote(source), { flag: "wx" });
    } catch {
      // The disk may be full, and then the part is what matters.
    }
  }

  /** The part is none any more. */
  remove(): void {
    if (kindOf(this.#path) === "file") rmSync(this.#path, { force: true });
  }
}
