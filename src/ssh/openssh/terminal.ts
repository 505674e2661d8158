// Can ssh ask the user something?
import { closeSync, openSync } from "node:fs";

/** ssh asks on /dev/tty whatever its standard input is, or through the program that SSH_ASKPASS names. */
export function canAskUser(): boolean {
  return hasTerminal() || (process.env["SSH_ASKPASS"] ?? "") !== "";
}

/** A process without a controlling terminal cannot open /dev/tty (ENXIO). */
function hasTerminal(): boolean {
  try {
    closeSync(openSync("/dev/tty", "r+"));
    return true;
  } catch {
    return false;
  }
}
