// The only place where this program waits for a disk with everything that it does: short calls on files of this machine are made at
// once. A thread for each, which is how Node does it otherwise, costs several times what the call does: the kernel has the names and the
// bytes of small files in memory, or the disk has them within a millisecond. Where files are, or may be, at another machine or program (NFS, FUSE), or calls
// have waited for the disk, threads are used. On a busy machine a call takes long as well, since it waits for a processor: a thread would, too.
import { systemClock } from "../../network/system-clock.ts";
import type { Clock } from "../../platform/clock.ts";
import { limits } from "../../protocol/limits.ts";
import { MountsBelow, type Reach } from "./mounts.ts";
import { processorMs } from "./processor-time.ts";

export class ShortCalls {
  readonly #clock: Pick<Clock, "nowMs">;
  readonly #mounts: Pick<MountsBelow, "reach">;
  readonly #processorMs: () => number;
  #reach: Reach = "far";
  #lookAgainAtMs = Number.NEGATIVE_INFINITY;
  #watchedUntilMs = 0;
  #asideUntilMs = 0;

  /** `directory`: below which the files are. */
  constructor(
    directory: string,
    clock: Pick<Clock, "nowMs"> = systemClock,
    mounts: Pick<MountsBelow, "reach"> = new MountsBelow(directory),
    processorTime: () => number = processorMs,
  ) {
    this.#clock = clock;
    this.#mounts = mounts;
    this.#processorMs = processorTime;
  }

  /** The same for what waits for a disk: at once where there is none. */
  runSync<T>(atOnce: () => T, inThread: () => Promise<T>): T | Promise<T> {
    return this.#reachAt(this.#clock.nowMs()) === "memory" ? this.run(atOnce, inThread) : inThread();
  }

  /** Both do the same: at once, or in a thread where that could take long. `bytes`: how many are read or written. */
  run<T>(atOnce: () => T, inThread: () => Promise<T>, bytes = 0): T | Promise<T> {
    if (bytes > limits.shortCallBytes) return inThread();
    const start = this.#clock.nowMs();
    if (start < this.#asideUntilMs || this.#reachAt(start) === "far") return inThread();
    const before = start < this.#watchedUntilMs ? this.#processorMs() : undefined;
    try {
      return atOnce();
    } finally {
      const end = this.#clock.nowMs();
      if (end - start > limits.shortCallMs) this.#tookLong(end - start, end, before);
    }
  }

  /** What the call waited for is not known of the first one: to ask before each of them would cost as much as many do. */
  #tookLong(tookMs: number, nowMs: number, before: number | undefined): void {
    this.#watchedUntilMs = nowMs + 2 * limits.slowDiskMs;
    if (before === undefined) return;
    const waitedMs = tookMs - (this.#processorMs() - before);
    if (waitedMs > limits.shortCallMs) this.#asideUntilMs = nowMs + limits.slowDiskMs;
  }

  #reachAt(nowMs: number): Reach {
    if (nowMs >= this.#lookAgainAtMs) {
      this.#lookAgainAtMs = nowMs + limits.mountsLookMs;
      this.#reach = this.#mounts.reach();
    }
    return this.#reach;
  }
}
