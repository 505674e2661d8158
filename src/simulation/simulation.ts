// A simulation: time that passes only here, chance that comes from a seed, and one thing after the other.
import type { Clock } from "../platform/clock.ts";
import type { ConnectOptions } from "../platform/network.ts";
import type { Random } from "../platform/random.ts";
import { SallyportError } from "../protocol/error.ts";
import { EventQueue } from "./event-queue.ts";
import type { Packet } from "./links/packet.ts";
import { SeededRandom } from "./seeded-random.ts";

export interface SimulationOptions {
  /** A whole number; it decides everything that is left to chance. Default 1. */
  readonly seed?: number;
  /** Names that every host resolves, with their addresses. */
  readonly names?: Readonly<Record<string, string>>;
  /**
   * Time passes by itself whenever something waits for it, without {@link Simulation.run}: for tests with their own course
   * that wait for nothing outside of this simulation. Default false.
   */
  readonly runsFreely?: boolean;
}

interface RunOptions {
  /** Milliseconds of this simulation after which the story is given up. Default one day. */
  readonly limitMs?: number;
  /** Events after which it is given up. Default ten million. */
  readonly eventsMax?: number;
}

const dayMs = 86_400_000;
const defaultEventsMax = 10_000_000;

export class Simulation {
  readonly seed: number;
  readonly random: Random;
  readonly clock: Clock;
  readonly names: ReadonlyMap<string, string>;
  readonly #events: EventQueue = new EventQueue();
  readonly #observers: Set<Observer> = new Set();
  readonly #runsFreely: boolean;
  #nowMs = 0;
  #isDriving = false;
  /** Programs were notified of something since they last came to rest. */
  #touched = true;

  constructor(options: SimulationOptions = {}) {
    this.seed = options.seed ?? 1;
    this.random = new SeededRandom(this.seed);
    this.names = new Map(Object.entries(options.names ?? {}));
    this.#runsFreely = options.runsFreely ?? false;
    this.clock = {
      nowMs: () => this.#nowMs,
      after: (delayMs, callback) =>
        this.schedule(Math.max(0, delayMs), () => {
          this.touch();
          callback();
        }),
    };
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Calls back after `delayMs`, behind what was asked for the same moment before; the returned function cancels. */
  schedule(delayMs: number, run: () => void): () => void {
    const event = this.#events.add(this.#nowMs + delayMs, run);
    if (this.#runsFreely && !this.#isDriving) void this.#drive();
    return () => {
      event.cancelled = true;
    };
  }

  /** To be called when something reaches a program (not only a kernel): time stands still until it has come to rest. */
  touch(): void {
    this.#touched = true;
  }

  /** Resolves after whatever is due at this moment; how calls of the system that do not wait come back. */
  turn(): Promise<void> {
    return new Promise((resolve) => {
      this.clock.after(0, resolve);
    });
  }

  /** Told of everything that happens between hosts; the returned function ends it. */
  observe(observer: Observer): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  report(observation: Observation): void {
    for (const observer of this.#observers) observer(observation, this.#nowMs);
  }

  /**
   * Runs the story and lets time pass whenever it waits. Gives what it gives, throws what it throws, and throws `INTERNAL`
   * when it waits for what can never happen, or goes on beyond a limit. What is due later than its end stays undone.
   */
  async run<T>(story: () => Promise<T>, options: RunOptions = {}): Promise<T> {
    const endMs = this.#nowMs + (options.limitMs ?? dayMs);
    const eventsMax = options.eventsMax ?? defaultEventsMax;
    const waiting: unique symbol = Symbol("waiting");
    let outcome: { readonly value: T } | { readonly error: unknown } | typeof waiting = waiting;
    this.#isDriving = true;
    void story().then(
      (value) => {
        outcome = { value };
      },
      (error: unknown) => {
        outcome = { error };
      },
    );
    const ended = (): typeof outcome => outcome;
    try {
      this.#touched = true;
      for (let count = 0; ; count += 1) {
        await this.#rest();
        const now = ended();
        if (now !== waiting) {
          if ("error" in now) throw now.error;
          return now.value;
        }
        if (count >= eventsMax) throw this.#stuck(`${count} things have happened`);
        const why = this.#step(endMs);
        if (why !== undefined) throw this.#stuck(why);
      }
    } finally {
      this.#isDriving = false;
    }
  }

  async #drive(): Promise<void> {
    this.#isDriving = true;
    this.#touched = true;
    do await this.#rest();
    while (this.#step(Number.POSITIVE_INFINITY) === undefined);
    this.#isDriving = false;
  }

  async #rest(): Promise<void> {
    if (!this.#touched) return;
    this.#touched = false;
    await settle();
  }

  /** Why nothing happened, if so. */
  #step(endMs: number): string | undefined {
    const event = this.#events.take();
    if (event === undefined) return "it waits for what can never happen";
    if (event.atMs > endMs) return "its time is up";
    this.#nowMs = event.atMs;
    event.run();
    return undefined;
  }

  #stuck(why: string): SallyportError {
    return new SallyportError("INTERNAL", `the story of seed ${this.seed} did not end: at ${this.#nowMs} ms ${why}`);
  }
}

// When has a program done all it can do before more time passes? When no promise, tick or immediate of it is left to run.
/** Simulations that wait here: their own immediates are none of a program's. */
let waiting = 0;

const immediates = (): number => process.getActiveResourcesInfo().filter((name) => name === "Immediate").length;

/**
 * Node runs all microtasks and ticks before the next immediate, and it counts the immediates that wait: with none of either
 * the program waits for time or for a packet. What works outside of that loop (threads, files, sockets, timers of Node) is
 * not waited for, so code that runs in a simulation must not use it.
 */
async function settle(): Promise<void> {
  do {
    waiting += 1;
    await new Promise<void>((resolve) => setImmediate(resolve));
    waiting -= 1;
  } while (immediates() > waiting);
}

// What can be seen of a simulation: packets and what became of them, and calls of the system that failed.
export type Observation =
  /** A packet left a node; `wire` is `lo` for one that stays on its host. */
  | { readonly type: "packet"; readonly node: string; readonly wire: string; readonly packet: Packet }
  /** It came to its end at a node or on a wire, and why. */
  | { readonly type: "dropped"; readonly node: string; readonly reason: string; readonly packet: Packet }
  /** A call of a program on a host failed: `connect 10.0.0.2:21`, `ECONNREFUSED`. `connect`: what a connect was asked for. */
  | {
      readonly type: "failed";
      readonly node: string;
      readonly call: string;
      readonly system: string;
      readonly connect?: ConnectOptions;
    };

/** Must not throw. */
type Observer = (observation: Observation, atMs: number) => void;
