// What an FTP client has to do in one run, and the check that it did.
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

export interface Job {
  readonly direction: "download" | "upload";
  /** The remote directory as a whole, listed by the client itself. Else the files are named one by one. */
  readonly tree: boolean;
  readonly names: readonly string[];
  /** Bytes of each of them. */
  readonly bytes: number;
  /** Where the files come from, or go to. */
  readonly localDir: string;
  /** Below the login directory. */
  readonly remoteDir: string;
  /** At the same time; 1: one after the other. */
  readonly sessions: number;
  /** Ours chooses how many, up to these. */
  readonly auto: boolean;
  /** Inside TLS. */
  readonly tls: boolean;
}

/** @throws when `dir` holds anything but the files of the job, whole */
export function demandFiles(dir: string, { names, bytes }: Job): void {
  const there = readdirSync(dir).sort();
  const strange = there.find((name, index) => name !== names[index]) ?? names[there.length];
  if (strange !== undefined) throw new Error(`it made ${there.length} files of ${names.length}; look at ${strange}`);
  for (const name of names) {
    const { size } = statSync(join(dir, name));
    if (size !== bytes) throw new Error(`${name} has ${size} bytes instead of ${bytes}`);
  }
}
