// A session that does not log in, or falls silent, ends.
import type { SessionContext } from "./conversation.ts";

export class SessionTimers {
  readonly #context: SessionContext;
  readonly #hangUp: (text: string) => void;
  #cancelLogin: () => void = () => {};
  #cancelIdle: () => void = () => {};

  /** `hangUp` says 421 and this text. */
  constructor(context: SessionContext, hangUp: (text: string) => void) {
    this.#context = context;
    this.#hangUp = hangUp;
  }

  /** From the connection on. */
  expectLogin(): void {
    const { policy, environment } = this.#context;
    this.#cancelLogin = environment.clock.after(policy.loginMs, () =>
      this.#hangUp(`No login within ${policy.loginMs / 1000} s. Goodbye.`),
    );
  }

  loggedIn(): void {
    this.#cancelLogin();
  }

  /** Nothing is under way from now on. */
  idle(): void {
    const { policy, environment } = this.#context;
    this.#cancelIdle();
    this.#cancelIdle = environment.clock.after(policy.idleMs, () =>
      this.#hangUp(`Nothing happened for ${policy.idleMs / 1000} s. Goodbye.`),
    );
  }

  busy(): void {
    this.#cancelIdle();
  }

  clear(): void {
    this.#cancelLogin();
    this.#cancelIdle();
  }
}
