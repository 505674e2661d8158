// One direction of a channel. A channel has two of them, input and output, which end independently (RFC 4254 section 5.3).

/** `closed` came after an end-of-file, `broken` without one: what was carried may be incomplete. */
export type DirectionState = "open" | "ended" | "closed" | "broken";
export type DirectionStep = "eof" | "close";

/** What is not in the table must not happen. */
export const directionTable: Readonly<Record<DirectionState, Partial<Record<DirectionStep, DirectionState>>>> = {
  open: { eof: "ended", close: "broken" },
  ended: { close: "closed" },
  closed: {},
  broken: {},
};

/** The next state, or `undefined` where the step is not allowed. */
export function advance(state: DirectionState, step: DirectionStep): DirectionState | undefined {
  return directionTable[state][step];
}

/** The direction's CLOSE has been sent or received. */
export function isOver(state: DirectionState): boolean {
  return state === "closed" || state === "broken";
}
