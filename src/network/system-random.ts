// Randomness that nobody can guess.
import { nodeCrypto } from "../platform/on-demand.ts";
import type { Random } from "../platform/random.ts";

/** The system's cryptographic generator. */
export const systemRandom: Random = {
  below: (limit) => nodeCrypto().randomInt(limit),
};
