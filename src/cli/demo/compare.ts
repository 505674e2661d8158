// What came, against what went.
import { SallyportError } from "../../protocol/error.ts";
import { formatBytes } from "../report/format.ts";

/** Throws `INTERNAL` when one byte differs: every part of the demo is ours. */
export function compare(name: string, came: Uint8Array, went: Uint8Array): string {
  if (came.length !== went.length) {
    throw wrong(`${name}: ${formatBytes(came.length)} came, and ${formatBytes(went.length)} went`);
  }
  const place = came.findIndex((byte, index) => byte !== went[index]);
  if (place !== -1) throw wrong(`${name}: byte ${place} of ${came.length} is another one`);
  return `${name}, ${formatBytes(came.length)}, all the same`;
}

/** What the demo carried is not what it should be. */
export function wrong(message: string): SallyportError {
  return new SallyportError("INTERNAL", message);
}
