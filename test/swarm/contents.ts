// The bytes of a file: told by its seed, without a period that a buffer could hide.

/** Added to a file's seed: what takes its place. */
export const replacedSeed = 7919;

export function contents(size: number, seed: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  let state = (Math.imul(seed + 1, 0x9e3779b1) | 1) >>> 0;
  for (let at = 0; at < size; at += 1) {
    state = Math.imul(state, 1_664_525) + 1_013_904_223;
    bytes[at] = state >>> 24;
  }
  return bytes;
}
