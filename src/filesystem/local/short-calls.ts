// The only place where this program waits for a disk with everything that it does: short calls on files of this machine are made at
// once. A thread for each, which is how Node does it otherwise, costs several times what the call does: the kernel has the names and the
// bytes of small files in memory, or the disk has them within a millisecond. Where the files are at another machine (NFS, FUSE), or a call
// has turned out slow, threads are used.
import { statfsSync } from "node:fs";
import { systemClock } from "../../network/system-clock.ts";
import type { Clock } from "../../platform/clock.ts";
import { limits } from "../../protocol/limits.ts";

/** tmpfs and ramfs. */
const inMemory: ReadonlySet<number> = new Set([0x01021994, 0x858458f6]);

/** What Linux' statfs(2) says of file systems on disks and in memory of this machine (linux/magic.h). */
const ofThisMachine: ReadonlySet<number> = new Set([
  0xef53, // ext2, ext3, ext4
  0x58465342, // XFS
  0x9123683e, // Btrfs
  0xf2f52010, // F2FS
  0x2fc12fc1, // ZFS
  0x794c7630, // overlayfs
  ...inMemory,
]);

export class ShortCalls {
  readonly #isHere: boolean;
  readonly #isInMemory: boolean;
  readonly #clock: Pick<Clock, "nowMs">;
  #asideUntilMs = 0;

  /** `directory`: below which the files are. */
  constructor(directory: string, clock: Pick<Clock, "nowMs"> = systemClock) {
    const type = process.platform === "linux" ? fileSystemType(directory) : undefined;
    this.#isHere = type !== undefined && ofThisMachine.has(type);
    this.#isInMemory = type !== undefined && inMemory.has(type);
    this.#clock = clock;
  }

  /** The same for what waits for a disk: at once where there is none. */
  runSync(atOnce: () => void, inThread: () => Promise<void>): void | Promise<void> {
    return this.#isInMemory ? this.run(atOnce, inThread) : inThread();
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

function fileSystemType(directory: string): number | undefined {
  try {
    return statfsSync(directory).type;
  } catch {
    return undefined;
  }
}
