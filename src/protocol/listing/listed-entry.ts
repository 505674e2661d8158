// What a client learns from a server's listing: the same words as FileFacts, but every one of them may be missing.
import type { FileType } from "./file-facts.ts";

/** Which way of writing a listing was recognised. `facts`: MLSD and MLST (RFC 3659 section 7); `names`: NLST. */
export type ListingFormatName =
  | "facts"
  | "unix"
  | "dos"
  | "netware"
  | "eplf"
  | "vms"
  | "zos-datasets"
  | "zos-members"
  | "zos-jobs"
  | "os400"
  | "names";

/** A time as exact as a listing is. */
export interface ListedTime {
  /** Milliseconds since 1970. With `zone: "server"` the server's wall clock, read as if it were UTC. */
  readonly ms: number;
  /** Everything finer is zero because it was not reported. */
  readonly precision: "day" | "minute" | "second" | "millisecond";
  /** Only `utc` may be compared with a clock or with MDTM; LIST does not show the server's time zone. */
  readonly zone: "utc" | "server";
}

/** One file of a listing. What the server did not report, or not exactly, is `undefined`. */
export interface ListedEntry {
  /** One character per byte, as it has to be sent back to the server. */
  readonly name: string;
  /** Absent where the listing does not show it. */
  readonly type?: FileType | undefined;
  /** In bytes. Never from blocks, tracks or records, and never rounded (`ls -h`). */
  readonly size?: number | undefined;
  /** Time of last change. */
  readonly modified?: ListedTime | undefined;
  /** Permission bits as in chmod(2). */
  readonly mode?: number | undefined;
  /** How many names the file has. */
  readonly links?: number | undefined;
  /** Name or number. */
  readonly owner?: string | undefined;
  /** Name or number of the group. */
  readonly group?: string | undefined;
  /** The same for two names of one file: MLSx `unique`, EPLF `i`. */
  readonly id?: string | undefined;
  /** Where a symbolic link points to, as the server shows it. */
  readonly target?: string | undefined;
  /** What this user may do, in the letters of MLSx `perm` (RFC 3659 section 7.5.5). */
  readonly permissions?: string | undefined;
  /** Whatever else was reported, by its lower-case name: unknown facts, `blocks`, `version`, `recfm`, … */
  readonly others?: ReadonlyMap<string, string> | undefined;
}

/**
 * Why a line gave no entry. `unknown`: not of the listing's format. `no-name`: nothing where the name should be.
 * `path`: the name has a `/`. `nul`: it has a NUL. `other-directory`: it is about a directory below (`ls -R`).
 * `too-long`: beyond `listedLineBytesMax`.
 */
export type UnreadReason = "unknown" | "no-name" | "path" | "nul" | "other-directory" | "too-long";

/** A line that gave no entry; a server's error message in the middle of a listing is one. */
export interface UnreadLine {
  /** From 1. */
  readonly number: number;
  /** As it came; only fit to be shown through `printable`. Cut at `listedLineBytesMax`. */
  readonly text: string;
  /** Why it could not be read. */
  readonly reason: UnreadReason;
}

/** What a server's listing says. */
export interface Listing {
  /** `undefined` when nothing was recognised, as in an empty listing. */
  readonly format: ListingFormatName | undefined;
  /** In the server's order, without the directory itself (`.`, `cdir`) and the one above (`..`, `pdir`). */
  readonly entries: readonly ListedEntry[];
  /** The directory itself, if it is in the listing. */
  readonly self: ListedEntry | undefined;
  /** What could not be understood. A program that deletes what is not listed must look here first. */
  readonly unread: readonly UnreadLine[];
}
