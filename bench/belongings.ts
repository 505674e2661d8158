// Things that end together, in the reverse order of how they came. (Node 20 has no AsyncDisposableStack.)

export class Belongings implements AsyncDisposable {
  #things: AsyncDisposable[] = [];

  keep<T extends AsyncDisposable>(thing: T): T {
    this.#things.push(thing);
    return thing;
  }

  /** They end with the returned disposable from now on, and no longer with this one. */
  move(): Belongings {
    const heir = new Belongings();
    heir.#things = this.#things;
    this.#things = [];
    return heir;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (let thing = this.#things.pop(); thing !== undefined; thing = this.#things.pop()) {
      await thing[Symbol.asyncDispose]();
    }
  }
}
