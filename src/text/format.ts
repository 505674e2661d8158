// Quantities and endings in words.
import type { CloseInfo } from "../platform/network.ts";

/** `1 byte`, `2,048 bytes`. */
export function formatBytes(bytes: number): string {
  return bytes === 1 ? "1 byte" : `${String(bytes).replace(/\B(?=(?:\d{3})+$)/g, ",")} bytes`;
}

/** `40 ms`, `1.5 s`. */
export function formatDuration(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

/** How a connection ended, in a few words. */
export function describeClose({ by, how }: CloseInfo): string {
  if (how === "timeout") return "peer went silent";
  if (how === "lost") return "lost with the network";
  const who = by === "local" ? "the gateway" : "the peer";
  return how === "fin" ? `closed by ${who}` : `reset by ${who}`;
}

/** What was compared behind a transfer. */
export function compared(verified: string): string {
  return verified === "nothing" ? "nothing compared" : `${verified} compared`;
}
