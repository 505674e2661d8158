// A transfer that broke is gone on with, over a new session if need be.
import { wait } from "../platform/wait.ts";
import { isSallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import { type Talk, tell } from "./talk.ts";

/** Who has the session, and can make a new one in its place. */
export interface Holder {
  readonly talk: Talk;
  /** The session that is there, or a new one in the same directory when it was lost. */
  revive(signal: AbortSignal): Promise<Talk>;
}

/** Another attempt may end better: the network broke, or the server said "not now". */
function mayPass(error: unknown): boolean {
  if (!isSallyportError(error)) return false;
  if (error.code === "FTP_TRANSFER" || error.code === "FTP_REPLY_TRANSIENT") return true;
  return /^NET_(?:RESET|TIMEOUT|REFUSED|UNREACHABLE)$|^SSH_DISCONNECTED$/.test(error.code);
}

/** `attempt` gets the session and how many have gone before. Rejects with the last attempt's error. */
export async function attempts<T>(
  holder: Holder,
  retries: number,
  signal: AbortSignal,
  attempt: (talk: Talk, before: number) => Promise<T>,
): Promise<T> {
  for (let before = 0, waitMs = limits.clientRetryWaitMs; ; before += 1, waitMs *= 2) {
    try {
      return await attempt(before === 0 ? holder.talk : await holder.revive(signal), before);
    } catch (error) {
      if (signal.aborted || before >= retries || !mayPass(error)) throw error;
      const why = isSallyportError(error) ? error.message : "";
      tell(holder.talk, `${why}; attempt ${before + 2} of ${retries + 1} in ${waitMs / 1000} s`);
      await wait(holder.talk.environment.clock, waitMs, signal);
    }
  }
}
