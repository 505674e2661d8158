// Transfers whose data is over while the server's last words are still on their way: the next one need not wait for those.
import { limits } from "../protocol/limits.ts";

export type OnCarried = () => void;

/** The ends of a worker's transfers that the worker does not wait for. */
export class PendingCompletions {
  readonly #pending: Set<Promise<void>> = new Set();

  /**
   * Returns at the end of the transfer, or as soon as it calls `onCarried`; then `failed` is told if it fails after all.
   * @throws what the transfer throws before that
   */
  async carry(transfer: (onCarried: OnCarried) => Promise<void>, failed: (error: unknown) => void): Promise<void> {
    let onCarried: OnCarried = () => {};
    const carried = new Promise<"carried">((resolve) => {
      onCarried = () => resolve("carried");
    });
    const whole = transfer(onCarried);
    if ((await Promise.race([whole, carried])) !== "carried") return;
    const end = whole.catch(failed).finally(() => this.#pending.delete(end));
    this.#pending.add(end);
    // What this machine is slow to write must not pile up.
    if (this.#pending.size >= limits.clientTailsMax) await Promise.race(this.#pending);
  }

  /** All of them are over. */
  async over(): Promise<void> {
    await Promise.all(this.#pending);
  }
}
