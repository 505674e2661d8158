// Growing waits for those who guess passwords, across their sessions (RFC 2577 section 5).
import type { Clock } from "../platform/clock.ts";
import { limits } from "../protocol/limits.ts";

interface Record {
  failures: number;
  lastMs: number;
}

/** After so long a silence an address begins with a clean sheet. */
const forgetMs = 900_000;

export class LoginGuard {
  readonly #clock: Clock;
  /** Oldest first. */
  readonly #records: Map<string, Record> = new Map();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** An attempt failed; gives the milliseconds to wait before the client is told. */
  failed(address: string): number {
    const old = this.#records.get(address);
    const now = this.#clock.nowMs();
    const failures = old === undefined || now - old.lastMs > forgetMs ? 1 : old.failures + 1;
    this.#records.delete(address);
    this.#records.set(address, { failures, lastMs: now });
    const [eldest] = this.#records.keys();
    if (this.#records.size > limits.loginAddressesMax && eldest !== undefined) this.#records.delete(eldest);
    return Math.min(limits.loginDelayMsMin * 2 ** Math.min(failures - 1, 20), limits.loginDelayMsMax);
  }

  succeeded(address: string): void {
    this.#records.delete(address);
  }
}
