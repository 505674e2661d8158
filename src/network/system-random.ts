// Randomness that nobody can guess.
import { randomInt } from "node:crypto";
import type { Random } from "../platform/random.ts";

/** The system's cryptographic generator. */
export const systemRandom: Random = {
  below: (limit) => randomInt(limit),
};
