// The evidence of one simulated run, in the order of time.
import type { Simulation } from "../../simulation/simulation.ts";
import type { LabEvent } from "../evidence.ts";

type Without<T> = T extends unknown ? Omit<T, "atMs"> : never;
export type EventBody = Without<LabEvent>;

export class EvidenceLog {
  readonly #simulation: Simulation;
  readonly #events: (() => LabEvent)[] = [];

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  add(event: EventBody): void {
    const done = { ...event, atMs: this.#simulation.nowMs } as LabEvent;
    this.#events.push(() => done);
  }

  /** An event whose end is not known yet. */
  addLater(event: () => EventBody): void {
    const atMs = this.#simulation.nowMs;
    this.#events.push(() => ({ ...event(), atMs }) as LabEvent);
  }

  events(): readonly LabEvent[] {
    return this.#events.map((event) => event());
  }
}
