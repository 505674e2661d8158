// What the FTP server told of its files a moment ago: SFTP clients ask for the same again and again, and each question is a round trip.
import type { Clock } from "../platform/clock.ts";
import { parentOf } from "../protocol/file-path.ts";
import { limits } from "../protocol/limits.ts";
import type { FileFacts } from "../protocol/listing/file-facts.ts";

export class SeenFacts {
  readonly #clock: Clock;
  /** By their paths at the server. */
  readonly #seen: Map<string, { readonly facts: FileFacts; readonly atMs: number }> = new Map();
  /** The directory into which the server took the last file, and when. */
  #taking: { readonly directory: string; readonly atMs: number } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get(place: string): FileFacts | undefined {
    const seen = this.#seen.get(place);
    if (seen === undefined) return undefined;
    if (this.#clock.nowMs() - seen.atMs < limits.bridgeSeenMs) return seen.facts;
    this.#seen.delete(place);
    return undefined;
  }

  add(place: string, facts: FileFacts): void {
    if (this.#seen.size >= limits.bridgeSeenMax) this.#seen.clear();
    this.#seen.set(place, { facts, atMs: this.#clock.nowMs() });
  }

  /** The server takes a file of that path. */
  took(place: string): void {
    const directory = parentOf(place);
    const atMs = this.#clock.nowMs();
    this.#taking = { directory, atMs };
    // So it is there as before, but for its time.
    const seen = this.#seen.get(directory);
    if (seen?.facts.unreported?.includes("modifiedMs") === true) this.#seen.set(directory, { ...seen, atMs });
  }

  /** It took another one into the same directory a moment ago. */
  isTaking(place: string): boolean {
    const { directory, atMs } = this.#taking ?? { directory: undefined, atMs: 0 };
    return directory === parentOf(place) && this.#clock.nowMs() - atMs < limits.bridgeSeenMs;
  }

  /** It was changed, and nothing else. */
  forget(place: string): void {
    this.#seen.delete(place);
  }

  /** Something was changed, and perhaps more than what was named. */
  clear(): void {
    this.#seen.clear();
    this.#taking = undefined;
  }
}
