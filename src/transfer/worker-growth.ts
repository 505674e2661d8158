// How many workers a run should have: all that are allowed come as soon as the work is worth it and the server lets it; who makes nothing faster goes.
import type { Clock } from "../platform/clock.ts";
import { limits } from "../protocol/limits.ts";

export interface GrowthOptions {
  readonly clock: Clock;
  /** Tasks that nobody has taken yet. */
  readonly waiting: () => number;
  /** Has so many further workers come, for each of which `joined` or `refused` is called. */
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
  /** Those that make nothing faster, and have not gone yet. */
  #surplus = 0;
  #joining = 0;
  #isOver = false;
  #startMs: number;
  #tasks = 0;
  #bytes = 0;
  /** With one worker. */
  #alone: Rate = { tasks: 0, bytes: 0 };
  #cancel: () => void = () => {};

  constructor(options: GrowthOptions) {
    this.#options = options;
    this.#startMs = options.clock.nowMs();
    this.#watch();
  }

  /** The first worker has a session: what it does from now on is measured. */
  opened(): void {
    if (this.#workers === 1 && this.#joining === 0) this.#begin();
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

  /** One that was asked for works now. What one worker did until the first of them came is what all have to surpass. */
  joined(): void {
    if (this.#workers === 1 && this.#tasks + this.#bytes > 0) this.#alone = this.#rate();
    this.#joining -= 1;
    this.#workers += 1;
    if (this.#joining === 0) this.#begin();
  }

  /** Asked by a worker between two tasks. True: it is to go. */
  leaves(): boolean {
    if (this.#surplus === 0) return false;
    this.#surplus -= 1;
    return true;
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
    const { clock, waiting } = this.#options;
    if (this.#isOver || this.#joining > 0 || waiting() === 0) return;
    const elapsedMs = clock.nowMs() - this.#startMs;
    if (this.#workers === 1) {
      const isSome = this.#tasks > 0 && elapsedMs >= limits.clientGrowthMs;
      if (isSome || (elapsedMs >= limits.clientGrowthLongMs && this.#bytes > 0)) this.#grow();
    } else if (this.#isSure(elapsedMs)) {
      if (!this.#isFaster()) this.#surplus = this.#workers - 1;
      this[Symbol.dispose]();
    }
  }

  /** Who goes by mistake costs more than who stays: some files of each worker, or large ones for long. */
  #isSure(elapsedMs: number): boolean {
    const isMany = this.#tasks >= this.#workers * 4 && elapsedMs >= limits.clientGrowthLongMs;
    return isMany || elapsedMs >= limits.clientGrowthLongMs * 10;
  }

  /** Opening them costs little beside waiting until each has shown what it is worth. */
  #grow(): void {
    const rate = this.#rate();
    if (this.#options.waiting() / rate.tasks < worthwhile * openingMs(rate)) return;
    this.#alone = rate;
    this.#begin();
    this.#joining = Math.min(limits.clientSessionsAuto - 1, this.#options.waiting());
    this.#options.add(this.#joining);
  }

  #rate(): Rate {
    // Never by nothing.
    const elapsedMs = Math.max(this.#options.clock.nowMs() - this.#startMs, 1);
    return { tasks: this.#tasks / elapsedMs, bytes: this.#bytes / elapsedMs };
  }

  #isFaster(): boolean {
    const { tasks, bytes } = this.#rate();
    return tasks > this.#alone.tasks * faster || bytes > this.#alone.bytes * faster;
  }
}

/** A guess: a login takes the round trips of some small files. */
function openingMs({ tasks }: Rate): number {
  const guessMs = tasks === 0 ? 0 : Math.min(3 / tasks, limits.clientGrowthLongMs);
  return Math.max(guessMs, limits.clientGrowthMs / 2);
}
