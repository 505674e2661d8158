// What is to happen, ordered by time and then by who asked first: two events of one moment never change places.

export interface QueuedEvent {
  readonly atMs: number;
  readonly sequence: number;
  readonly run: () => void;
  cancelled: boolean;
}

const isBefore = (a: QueuedEvent, b: QueuedEvent): boolean =>
  a.atMs < b.atMs || (a.atMs === b.atMs && a.sequence < b.sequence);

/** A binary heap. Events that were cancelled leave when their turn comes. */
export class EventQueue {
  readonly #heap: QueuedEvent[] = [];
  #sequence = 0;

  add(atMs: number, run: () => void): QueuedEvent {
    this.#sequence += 1;
    const event: QueuedEvent = { atMs, sequence: this.#sequence, run, cancelled: false };
    this.#heap.push(event);
    this.#rise(this.#heap.length - 1);
    return event;
  }

  /** Takes the next event that was not cancelled. */
  take(): QueuedEvent | undefined {
    for (;;) {
      const first = this.#heap[0];
      const last = this.#heap.pop();
      if (first === undefined || last === undefined) return undefined;
      if (this.#heap.length > 0) {
        this.#heap[0] = last;
        this.#sink();
      }
      if (!first.cancelled) return first;
    }
  }

  #rise(from: number): void {
    const heap = this.#heap;
    for (let at = from; at > 0; ) {
      const up = (at - 1) >> 1;
      const [child, parent] = [heap[at], heap[up]];
      if (child === undefined || parent === undefined || !isBefore(child, parent)) return;
      heap[at] = parent;
      heap[up] = child;
      at = up;
    }
  }

  #sink(): void {
    const heap = this.#heap;
    for (let at = 0; ; ) {
      let least = at;
      for (const below of [2 * at + 1, 2 * at + 2]) {
        const [child, best] = [heap[below], heap[least]];
        if (child !== undefined && best !== undefined && isBefore(child, best)) least = below;
      }
      const [parent, child] = [heap[at], heap[least]];
      if (least === at || parent === undefined || child === undefined) return;
      heap[at] = child;
      heap[least] = parent;
      at = least;
    }
  }
}
