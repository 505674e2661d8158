// What stands beside a file until it is whole: its part, and the note of which source the part is from.

import { closeSync, openSync, readSync, rmSync, writeFileSync } from "node:fs";
import type { SourceFacts } from "../client/transfer-options.ts";
import { nodeCrypto } from "../platform/on-demand.ts";
import { limits } from "../protocol/limits.ts";
import { kindOf } from "./local-tree.ts";
import { readNote, writeNote } from "./resume-rule.ts";

export const partSuffix = ".sallyport-part";
export const noteSuffix = ".sallyport-source";

type Suffix = typeof partSuffix | typeof noteSuffix;

/** NAME_MAX of nearly every file system, in bytes. */
const nameBytesMax = 255;

const isAscii = /^[\x01-\x7f]*$/;

/**
 * The path of the part or of the note that belongs to `path`, which is bytes (latin1). A name that would be too long with the suffix is
 * cut, and tells itself from others that begin alike by a checksum.
 */
export function besideBytes(path: string, suffix: Suffix): string {
  const slash = path.lastIndexOf("/") + 1;
  const [directory, name] = [path.slice(0, slash), path.slice(slash)];
  if (name.length + suffix.length <= nameBytesMax) return path + suffix;
  const mark = `~${nodeCrypto().createHash("sha256").update(name, "latin1").digest("hex").slice(0, 8)}`;
  // Both suffixes leave the same beginning, and no character of UTF-8 is cut through.
  const room = nameBytesMax - mark.length - Math.max(partSuffix.length, noteSuffix.length);
  const kept = name.slice(0, room).replace(/[\xc0-\xff][\x80-\xbf]{0,2}$/, "");
  return directory + kept + mark + suffix;
}

/** The same for a path of this machine. */
export function besideLocal(path: string, suffix: Suffix): string {
  if (path.length + suffix.length <= nameBytesMax && isAscii.test(path)) return path + suffix;
  const bytes = Buffer.from(path, "utf8").toString("latin1");
  return Buffer.from(besideBytes(bytes, suffix), "latin1").toString("utf8");
}

/** At once, as each is a few bytes. A note that could not be written is one that is not there: parts are then compared byte by byte. */
export class LocalNote {
  readonly #path: string;
  #isWritten = false;

  constructor(path: string) {
    this.#path = path;
  }

  read(): SourceFacts | undefined {
    try {
      // A link or a pipe is none of ours.
      if (kindOf(this.#path) !== "file") return undefined;
      const [file, bytes] = [openSync(this.#path, "r"), Buffer.alloc(limits.partNoteBytesMax)];
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
  reached(bytes: number, source: SourceFacts | undefined): void {
    if (!this.#isWritten && bytes >= limits.transferNoteBytes && source !== undefined) this.write(source);
  }

  write(source: SourceFacts): void {
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
