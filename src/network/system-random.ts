// Randomness that nobody can guess.
import { nodeCrypto } from "../platform/on-demand.ts";
import type { Random } from "../platform/random.ts";

/** The system's cryptographic generator. */
export const systemRandom: Random = { below };

/** Drawn ahead: to ask for each number costs as much as a system call. */
const drawn = new Uint32Array(256);
let used = drawn.length;

/** `limit`: at most 2^32. Numbers behind the last multiple of it would make the low ones likelier. */
function below(limit: number): number {
  const end = 0x1_0000_0000 - (0x1_0000_0000 % limit);
  for (;;) {
    if (used === drawn.length) {
      nodeCrypto().randomFillSync(drawn);
      used = 0;
    }
    const number = drawn[used] ?? end;
    used += 1;
    if (number < end) return number % limit;
  }
}
