// What is to be looked at, and what was left when the examination was ended.
import type { WayName } from "./facts.ts";

/** In words: `EPSV, through SSH`. */
export const stepName = (what: string, way: WayName): string =>
  `${what}, ${way === "direct" ? "directly" : "through SSH"}`;

export class Steps {
  readonly #left: Map<string, WayName> = new Map();
  readonly #onStep: (what: string) => void;

  constructor(onStep: (what: string) => void) {
    this.#onStep = onStep;
  }

  plan(way: WayName, whats: readonly string[]): void {
    for (const what of whats) this.#left.set(stepName(what, way), way);
  }

  async run<T>(what: string, way: WayName, work: () => Promise<T>): Promise<T> {
    const name = stepName(what, way);
    this.#onStep(name);
    const result = await work();
    this.#left.delete(name);
    return result;
  }

  leaveOut(what: string, way: WayName): void {
    this.#left.delete(stepName(what, way));
  }

  /** What went before shows that nothing more can be looked at on this way. */
  drop(way: WayName): void {
    for (const [name, its] of this.#left) if (its === way) this.#left.delete(name);
  }

  get left(): readonly string[] {
    return [...this.#left.keys()];
  }
}
