// How many workers a run should have: another one comes as long as the last one has made it faster, and the server lets it.
import type { Clock } from "../platform/clock.ts";
import { limits } from "../protocol/limits.ts";

export interface GrowthOptions {
  readonly clock: Clock;
  /** Tasks that nobody has taken yet. */
  readonly waiting: () => number;
  /** Has so many further workers come, each of which is told by `joined` or `refused`. */
  readonly add: (count: number) => void;
}

interface Rate {
  readonly tasks: number;
  readonly bytes: number;
}

/** Less is noise. */
const faster = 1.2;
/** An opening must be worth as much of the time that is left. */
const worthwhile = 4;

/** Begins with one worker. What it measures are tasks and bytes a millisecond: either of them shows that a run became faster. */
export class WorkerGrowth implements Disposable {
  readonly #options: GrowthOptions;
  #workers = 1;
  #joining = 0;
  #isOver = false;
  /** What one more worker costs before it works; undefined: none has come yet. */
  #openingMs: number | undefined;
  #askedMs = 0;
  #startMs: number;
  #tasks = 0;
  #bytes = 0;
  /** With the workers of before. */
  #before: Rate = { tasks: 0, bytes: 0 };
  #cancel: () => void = () => {};

  constructor(options: GrowthOptions) {
    this.#options = options;
    this.#startMs = options.clock.nowMs();
    this.#watch();
  }

  /** A task is over. */
  finished(): void {
    this.#tasks += 1;
    this.#look();
  }

  /** Bytes of a file that is on its way. */
  moved(bytes: number): void {
    this.#bytes += bytes;
  }

  /** One that was asked for works now. */
  joined(): void {
    this.#joining -= 1;
    this.#workers += 1;
    if (this.#joining > 0) return;
    this.#openingMs = this.#options.clock.nowMs() - this.#askedMs;
    this.#begin();
  }

  /** It cannot have its sessions: the server takes no more of us, and is not asked again. */
  refused(): void {
    this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#cancel();
  }

  #begin(): void {
    this.#startMs = this.#options.clock.nowMs();
    this.#tasks = 0;
    this.#bytes = 0;
  }

  /** A large file ends nothing for a long time. */
  #watch(): void {
    this.#cancel = this.#options.clock.after(limits.clientGrowthLongMs, () => {
      this.#look();
      if (!this.#isOver) this.#watch();
    });
  }

  #look(): void {
    const { clock, waiting, add } = this.#options;
    if (this.#isOver || this.#joining > 0 || waiting() === 0) return;
    const elapsedMs = clock.nowMs() - this.#startMs;
    if (!this.#isTelling(elapsedMs, 1)) return;
    const rate = { tasks: this.#tasks / elapsedMs, bytes: this.#bytes / elapsedMs };
    if (!this.#isFaster(rate)) {
      // Twice as long before it is believed.
      if (this.#isTelling(elapsedMs, 2)) this[Symbol.dispose]();
      return;
    }
    if (waiting() / rate.tasks < worthwhile * this.#openingCost(rate)) return;
    this.#before = rate;
    this.#joining = Math.min(this.#workers, limits.clientSessionsAuto - this.#workers);
    this.#askedMs = clock.nowMs();
    if (this.#joining === 0) this[Symbol.dispose]();
    else add(this.#joining);
  }

  /** Enough has been seen: more tasks than there are workers, or some of a large file. */
  #isTelling(elapsedMs: number, times: number): boolean {
    const leastMs = Math.max(limits.clientGrowthMs, (this.#openingMs ?? 0) / 4);
    const longMs = Math.max(limits.clientGrowthLongMs, leastMs * 4);
    const isSome = this.#tasks >= (this.#workers + 1) * times && elapsedMs >= leastMs * times;
    return isSome || (elapsedMs >= longMs * times && this.#tasks + this.#bytes > 0);
  }

  #isFaster({ tasks, bytes }: Rate): boolean {
    return tasks > this.#before.tasks * faster || bytes > this.#before.bytes * faster;
  }

  /** As long as none has come: the login takes the round trips of some small files. */
  #openingCost({ tasks }: Rate): number {
    const guessMs = tasks === 0 ? 0 : Math.min(3 / tasks, limits.clientGrowthLongMs);
    return this.#openingMs ?? Math.max(guessMs, limits.clientGrowthMs / 2);
  }
}
