// Against those who guess passwords, across their sessions (RFC 2577 section 5): one attempt at a time from an address, and
// a wait before each that grows with the wrong ones.

import { type Clock, wait } from "../platform/clock.ts";
import { Mutex } from "../platform/mutex.ts";
import { plainBytes } from "../protocol/ip-address.ts";
import { limits } from "../protocol/limits.ts";

interface Failures {
  /** A login forgives the failures of its own user, so that nobody clears his guesses by logging in himself. */
  readonly byUser: Map<string, number>;
  /** Of further names: forgiven by nobody. */
  others: number;
  lastMs: number;
}

interface Attempts {
  readonly mutex: Mutex;
  /** Attempts that run or wait. */
  count: number;
}

export class LoginGuard {
  readonly #clock: Clock;
  /** Oldest first. */
  readonly #records: Map<string, Failures> = new Map();
  readonly #attempts: Map<string, Attempts> = new Map();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * One attempt: waits until those before it from this address are over, then its time, then judges. A wrong one
   * (`undefined`) is answered late. `user` is the name's bytes, so that it is one name by whatever protocol; `address` is where the client really is: of a client that comes through our own SSH
   * server, its SSH client's. Rejects with the signal's reason, or with what `judge` throws.
   */
  async attempt<T>(
    address: string,
    user: string,
    judge: () => Promise<T | undefined>,
    signal: AbortSignal,
  ): Promise<T | undefined> {
    const found = await this.#inTurn(address, signal, async () => {
      const judged = await judge();
      if (judged === undefined) this.failed(address, user);
      else this.succeeded(address, user);
      return judged;
    });
    if (found === undefined) await wait(this.#clock, limits.loginDelayMsMin, signal);
    return found;
  }

  async #inTurn<T>(address: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const key = blockOf(address);
    const attempts = this.#attempts.get(key) ?? { mutex: new Mutex(), count: 0 };
    this.#attempts.set(key, attempts);
    attempts.count += 1;
    // Who does not wait for the answer to one guess before the next is not to be faster for it.
    const overlap = attempts.count > 1 ? limits.loginDelayMsMin : 0;
    try {
      return await attempts.mutex.take(async () => {
        const waitMs = this.waitMs(address);
        await wait(this.#clock, waitMs > 0 ? waitMs + overlap : 0, signal);
        return work();
      }, signal);
    } finally {
      attempts.count -= 1;
      if (attempts.count === 0) this.#attempts.delete(key);
    }
  }

  /** Milliseconds that the next attempt has to wait before it is even looked at: hanging up at once gains nothing. */
  waitMs(address: string): number {
    const failures = count(this.#recordOf(blockOf(address)));
    if (failures === 0) return 0;
    return Math.min(limits.loginDelayMsMin * 2 ** Math.min(failures, 20), limits.loginDelayMsMax);
  }

  failed(address: string, user: string): void {
    const key = blockOf(address);
    const record = this.#recordOf(key) ?? { byUser: new Map(), others: 0, lastMs: 0 };
    if (
      user.length <= limits.loginNameCharsMax &&
      (record.byUser.has(user) || record.byUser.size < limits.loginUsersMax)
    ) {
      record.byUser.set(user, (record.byUser.get(user) ?? 0) + 1);
    } else record.others += 1;
    record.lastMs = this.#clock.nowMs();
    this.#records.delete(key);
    this.#records.set(key, record);
    const [eldest] = this.#records.keys();
    if (this.#records.size > limits.loginAddressesMax && eldest !== undefined) this.#records.delete(eldest);
  }

  succeeded(address: string, user: string): void {
    const key = blockOf(address);
    const record = this.#recordOf(key);
    record?.byUser.delete(user);
    if (count(record) === 0) this.#records.delete(key);
  }

  #recordOf(key: string): Failures | undefined {
    const record = this.#records.get(key);
    return record === undefined || this.#clock.nowMs() - record.lastMs > limits.loginForgetMs ? undefined : record;
  }
}

function count(record: Failures | undefined): number {
  if (record === undefined) return 0;
  return [...record.byUser.values()].reduce((sum, failures) => sum + failures, record.others);
}

/** An IPv4 address, or the /64 of an IPv6 one: that is what one customer has (RFC 6177). */
export function blockOf(address: string): string {
  const bytes = plainBytes(address);
  return bytes?.length === 16 ? `${bytes.slice(0, 8).join(".")}/64` : (bytes?.join(".") ?? address);
}
