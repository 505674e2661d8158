// What the FTP server told of its files a moment ago: SFTP clients ask for the same again and again, and each question is a round trip.
import type { Clock } from "../platform/clock.ts";
import { limits } from "../protocol/limits.ts";
import type { FileFacts } from "../protocol/listing/file-facts.ts";

export class SeenFacts {
  readonly #clock: Clock;
  /** By their paths at the server. */
  readonly #seen: Map<string, { readonly facts: FileFacts; readonly atMs: number }> = new Map();

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

  /** It was changed, and nothing else. */
  forget(place: string): void {
    this.#seen.delete(place);
  }

  /** Something was changed, and perhaps more than what was named. */
  clear(): void {
    this.#seen.clear();
  }
}
