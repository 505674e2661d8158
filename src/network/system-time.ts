// The time of day of this machine.

/** Milliseconds since 1970. It may go back; waits are for the Clock. */
export function systemTime(): number {
  return Date.now();
}
