// A promise that is settled from outside; as Promise.withResolvers, which Node 20 does not have.

export class Deferred<T = void> {
  readonly promise: Promise<T>;
  /** The first call of either settles the promise; further ones do nothing. */
  resolve!: (value: T | PromiseLike<T>) => void;
  reject!: (reason: unknown) => void;

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }
}
