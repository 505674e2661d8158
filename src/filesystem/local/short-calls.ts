// The only place where this program waits for a disk with everything that it does: short calls on files of this machine are made at
// once. A thread for each, which is how Node does it otherwise, costs several times what the call does: the kernel has the names and the
// bytes of small files in memory, or the disk has them within a millisecond. Where the files are at another machine (NFS, FUSE), or a call
// has turned out slow, threads are used.
import { statfsSync } from "node:fs";
import { systemClock } from "../../network/system-clock.ts";
import type { Clock } from "../../platform/clock.ts";
import { limits } from "../../protocol/limits.ts";

/** What Linux' statfs(2) says of file systems on disks and in memory of this machine (linux/magic.h). */
const ofThisMachine: ReadonlySet<number> = new Set([
  0xef53, // ext2, ext3, ext4
  0x58465342, // XFS
  0x9123683e, // Btrfs
  0xf2f52010, // F2FS
  0x2fc12fc1, // ZFS
  0x01021994, // tmpfs
  0x858458f6, // ramfs
  0x794c7630, // overlayfs
]);

export class ShortCalls {
  readonly #isHere: boolean;
  readonly #clock: Pick<Clock, "nowMs">;
  #asideUntilMs = 0;

  /** `directory`: below which the files are. */
  constructor(directory: string, clock: Pick<Clock, "nowMs"> = systemClock) {
    this.#isHere = process.platform === "linux" && isHere(directory);
    this.#clock = clock;
  }

  /** Both do the same: at once, or in a thread where that could take long. `bytes`: how many are read or written. */
  run<T>(atOnce: () => T, inThread: () => Promise<T>, bytes = 0): T | Promise<T> {
    if (!this.#isHere || bytes > limits.shortCallBytes) return inThread();
    const start = this.#clock.nowMs();
    if (start < this.#asideUntilMs) return inThread();
    try {
      return atOnce();
    } finally {
      const end = this.#clock.nowMs();
      if (end - start > limits.shortCallMs) this.#asideUntilMs = end + limits.slowDiskMs;
    }
  }
}

function isHere(directory: string): boolean {
  try {
    return ofThisMachine.has(statfsSync(directory).type);
  } catch {
    return false;
  }
}
