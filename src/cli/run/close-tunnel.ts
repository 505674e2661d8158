// The graceful end: running transfers may finish, and the user is told what is waited for.
import { limits } from "../../protocol/limits.ts";
import type { Tunnel } from "../../tunnel/options.ts";
import type { Reporter } from "../report/reporter.ts";
import { aborted } from "./stop-request.ts";

/** Closes the tunnel; at once when `hurry` is aborted. */
export async function closeTunnel(
  tunnel: Tunnel,
  hurry: AbortSignal,
  transfers: () => number,
  reporter: Reporter,
): Promise<void> {
  const timer = setTimeout(() => {
    const count = transfers();
    const what = count === 0 ? "sessions" : count === 1 ? "1 transfer" : `${count} transfers`;
    reporter.log({
      level: "warn",
      message: `waiting up to ${limits.closeGraceMs / 1000} s for ${what} to finish; again to stop now`,
    });
  }, limits.closeMomentMs);
  const closing = tunnel.close({ graceMs: limits.closeGraceMs });
  closing.catch(() => undefined);
  await Promise.race([closing, aborted(hurry)]);
  clearTimeout(timer);
  await tunnel[Symbol.asyncDispose]();
}
