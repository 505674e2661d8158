// What the data connection tests connect: real sockets and joined pairs, by the same facts.
import { joinedPair } from "../../src/data-connection/joined-pair.ts";
import type { Connection } from "../../src/platform/network.ts";
import { Bench } from "../../src/testing/network/bench.ts";
import { openSystemFixture } from "../conformance/system-fixture.ts";

export interface Ends {
  /** What the code under test holds. */
  readonly near: Connection;
  /** The party at the other end of it. */
  readonly far: Connection;
}

export const bench: Bench = new Bench(() => openSystemFixture());

export type Kind = "real sockets" | "joined pairs";
export const kinds: readonly Kind[] = ["real sockets", "joined pairs"];

/** A connection of this kind; cleared away by `bench.clear()`. */
export async function makeEnds(kind: Kind): Promise<Ends> {
  if (kind === "real sockets") return bench.pair("outgoing");
  const [near, far] = joinedPair("near", "far");
  return { near: bench.keep(near), far: bench.keep(far) };
}
