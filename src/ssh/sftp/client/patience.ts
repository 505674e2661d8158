// A server that answers nothing at all must not hold us for ever.
import type { Clock } from "../../../platform/clock.ts";
import { limits } from "../../../protocol/limits.ts";

/** One timer for all requests: it runs while there are any, and an answer to any of them begins it again. */
export class Patience {
  readonly #clock: Clock;
  readonly #onSilence: () => void;
  #lastMs = 0;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, onSilence: () => void) {
    this.#clock = clock;
    this.#onSilence = onSilence;
  }

  /** Something was asked for. */
  begin(): void {
    if (this.#cancel !== undefined) return;
    this.#lastMs = this.#clock.nowMs();
    this.#arm(limits.sftpReplyMs);
  }

  /** Something came, and so much is still to come. */
  heard(unanswered: number): void {
    this.#lastMs = this.#clock.nowMs();
    if (unanswered > 0) return;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #arm(delayMs: number): void {
    this.#cancel = this.#clock.after(delayMs, () => {
      const leftMs = this.#lastMs + limits.sftpReplyMs - this.#clock.nowMs();
      if (leftMs > 0) return this.#arm(leftMs);
      this.#cancel = undefined;
      this.#onSilence();
    });
  }
}
