// What listings report about a file, and what a FileSystem knows about one.

/** What a name stands for; `other`: a device, a pipe, a socket. */
export type FileType = "file" | "directory" | "link" | "other";

/** What a {@link FileSystem} reports of a file or directory. */
export interface FileFacts {
  /** `other`: a device, socket or pipe; never transferred. */
  readonly type: FileType;
  /** In bytes; of a directory whatever the system says. */
  readonly size: number;
  /** Time of last change, milliseconds since 1970 UTC. */
  readonly modifiedMs: number;
  /** Permission bits as in chmod(2): 0 to 0o7777. */
  readonly mode: number;
  /** Which of these an SFTP server has not reported: what stands there then means nothing. Absent: all are reported. */
  readonly unreported?: readonly ("type" | "size" | "modifiedMs" | "mode")[];
  /** How many names the file has. */
  readonly links?: number;
  /** Name or number. */
  readonly owner?: string;
  /** Name or number of the group. */
  readonly group?: string;
  /** The same for two paths that are the same file, else different: MLSx `unique`. */
  readonly id?: string;
  /** Where a symbolic link points to, as it says itself. */
  readonly target?: string;
}

/** By what a file differs from another one of its name, as far as that is reported. */
export function reportedFacts({ size, modifiedMs, unreported = [] }: FileFacts): {
  readonly size?: number;
  readonly modifiedMs?: number;
} {
  return {
    ...(unreported.includes("size") ? {} : { size }),
    ...(unreported.includes("modifiedMs") ? {} : { modifiedMs }),
  };
}

/** A name in a directory, and what is known of it. */
export interface FileEntry {
  /** One character per byte; any byte but `/` and NUL. */
  readonly name: string;
  /** What is known of it. */
  readonly facts: FileFacts;
}
