// Growing waits for those who guess passwords, across their sessions (RFC 2577 section 5).
import { limits } from "../protocol/limits.ts";
import type { Clock } from "./clock.ts";

interface Failures {
  readonly failures: number;
  readonly lastMs: number;
}

/** After so long a silence an address begins with a clean sheet. */
const forgetMs = 900_000;

export class LoginGuard {
  readonly #clock: Clock;
  /** Oldest first. */
  readonly #records: Map<string, Failures> = new Map();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds that the next attempt has to wait before it is even looked at: hanging up at once gains nothing. */
  waitMs(address: string): number {
    const failures = this.#failures(address);
    if (failures === 0) return 0;
    return Math.min(limits.loginDelayMsMin * 2 ** Math.min(failures, 20), limits.loginDelayMsMax);
  }

  failed(address: string): void {
    const failures = this.#failures(address) + 1;
    this.#records.delete(address);
    this.#records.set(address, { failures, lastMs: this.#clock.nowMs() });
    const [eldest] = this.#records.keys();
    if (this.#records.size > limits.loginAddressesMax && eldest !== undefined) this.#records.delete(eldest);
  }

  succeeded(address: string): void {
    this.#records.delete(address);
  }

  #failures(address: string): number {
    const record = this.#records.get(address);
    return record === undefined || this.#clock.nowMs() - record.lastMs > forgetMs ? 0 : record.failures;
  }
}
