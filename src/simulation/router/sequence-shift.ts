// A helper that makes a line longer or shorter moves every byte behind it (nf_conntrack_seqadj).

interface Step {
  /** First sequence number behind the line, as its sender counts. */
  readonly from: number;
  readonly by: number;
}

export class SequenceShift {
  readonly #steps: Step[] = [];

  /** The line that ends before `from` became `by` bytes longer. A line that is sent again is counted once. */
  add(from: number, by: number): void {
    if (by !== 0 && !this.#steps.some((step) => step.from === from)) this.#steps.push({ from, by });
  }

  /** From the sender's count to the receiver's. */
  forth(sequence: number): number {
    return this.#steps.reduce((sum, { from, by }) => (sequence >= from ? sum + by : sum), sequence);
  }

  /** From the receiver's count to the sender's. */
  back(acknowledgement: number): number {
    let moved = 0;
    for (const { from, by } of this.#steps) {
      if (acknowledgement >= from + moved + by) moved += by;
    }
    return acknowledgement - moved;
  }
}
