// The numbers by which scenarios are named, for who does not need the scenarios themselves.

/** `S01` to `S20`, in order. */
export const scenarioNumbers: readonly string[] = Array.from(
  { length: 20 },
  (_, index) => `S${String(index + 1).padStart(2, "0")}`,
);
