// Two connections made one: each direction ends on its own, and a break of one is a break of the other.
import type { Connection } from "../../platform/network.ts";

/** Resolves when nothing is left of either. */
export async function join(one: Connection, other: Connection): Promise<void> {
  one.stream.pipe(other.stream);
  other.stream.pipe(one.stream);
  const pair = [one, other];
  for (const each of pair) {
    void each.closed.then(({ how }) => {
      if (how !== "fin") for (const connection of pair) connection.reset();
    });
  }
  await Promise.all(pair.map(({ closed }) => closed));
}
