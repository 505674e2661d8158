// One signal that ends many things at once. Each with its own listener would look like a leak to Node from the eleventh on.

/** Children of a signal. It has one listener while there are any, however many, and none else. */
export class ChildSignals {
  readonly #parent: AbortSignal;
  readonly #children: Set<AbortController> = new Set();

  constructor(parent: AbortSignal) {
    this.#parent = parent;
  }

  /** Runs `work` with a signal that is aborted with the parent, for its reason. */
  async during<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const child = new AbortController();
    if (this.#parent.aborted) child.abort(this.#parent.reason);
    if (this.#children.size === 0) this.#parent.addEventListener("abort", this.#onAbort);
    this.#children.add(child);
    try {
      return await work(child.signal);
    } finally {
      this.#children.delete(child);
      if (this.#children.size === 0) this.#parent.removeEventListener("abort", this.#onAbort);
    }
  }

  readonly #onAbort = (): void => {
    for (const child of this.#children) child.abort(this.#parent.reason);
  };
}
