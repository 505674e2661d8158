// What a size that a server reports is worth beside the bytes that a confirmed transfer moved.

/** `same`: compared. `nothing`: it reports nothing. `doubtful`: another, and the end of the file counts all the same. */
export type SizeVerdict = "same" | "nothing" | "doubtful" | "different";

/**
 * SIZE counts blocks at some servers, and knows nothing of files that are made while they are read (`/proc`: 0): the end of the
 * data and the server's confirmation decide. `exact`: they do not suffice, for the user wants more, or the file came in parts.
 */
export function judgeSize(have: number, told: number | undefined, exact: boolean): SizeVerdict {
  if (told === have) return "same";
  if (told === undefined || told === 0) return "nothing";
  return exact ? "different" : "doubtful";
}
