// The ports of a range in an order that nobody can foresee.
import type { PortRange } from "./network.ts";
import type { Random } from "./random.ts";

/** Every port of the range once, in random order. Port 0 stands for itself: the network chooses. */
export function* portsInRandomOrder(range: PortRange, random: Random): Generator<number> {
  // Fisher and Yates, lazily: `moved` holds only the places that have been swapped.
  const moved = new Map<number, number>();
  for (let left = range.last - range.first + 1; left > 0; left -= 1) {
    const place = random.below(left);
    const last = moved.get(left - 1) ?? left - 1;
    yield range.first + (moved.get(place) ?? place);
    moved.set(place, last);
  }
}
