// Two connections made one, as sshd and ssh -L do with a channel and a socket.
import type { Connection } from "./network.ts";

/** Each direction ends on its own; a break of one is a break of the other. Resolves when nothing is left of either. */
export async function splice(one: Connection, other: Connection): Promise<void> {
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
