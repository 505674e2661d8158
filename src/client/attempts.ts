// A broken transfer is resumed, over a new session if need be.
import { wait } from "../platform/abort.ts";
import { isSallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import { type Talk, tell } from "./talk.ts";

/** Who has the session, and can make a new one in its place. */
export interface Holder {
  readonly talk: Talk;
  /** A new session would begin in the same directory, and nobody was told yet that this one is over. */
  readonly mayRenew: boolean;
  /** The session that is there, or a new one in the same directory when it was lost. */
  revive(signal: AbortSignal): Promise<Talk>;
}

/** Another attempt may end better: the network broke, or the server said "not now". */
function mayPass(error: unknown): boolean {
  if (!isSallyportError(error)) return false;
  if (error.code === "FTP_TRANSFER" || error.code === "FTP_REPLY_TRANSIENT") return true;
  return /^NET_(?:RESET|TIMEOUT|REFUSED|UNREACHABLE)$|^SSH_DISCONNECTED$/.test(error.code);
}

/**
 * A session that has served before and had gone when this attempt began: nothing was answered, so nothing was done. Some servers
 * hang up behind a file. As HTTP has it with a connection that was kept (RFC 9112 section 9.3.1).
 */
function hadGone({ link, modes }: Talk, heard: number): boolean {
  const { failure } = link;
  const hungUp = failure?.code === "NET_RESET" || failure?.details.reply === 421;
  return hungUp && modes.transfers > 0 && link.repliesHeard === heard;
}

/**
 * `attempt` gets the session and how many have gone before. Rejects with the last attempt's error. `isUntouched`: what is to be
 * moved is still all there.
 */
export async function attempts<T>(
  holder: Holder,
  retries: number,
  signal: AbortSignal,
  attempt: (talk: Talk, before: number) => Promise<T>,
  isUntouched: () => boolean = () => true,
): Promise<T> {
  let isNew = false;
  for (let before = 0, waitMs = limits.clientRetryWaitMs; ; before += 1, waitMs *= 2) {
    const talk = before === 0 && !isNew ? holder.talk : await holder.revive(signal);
    const heard = talk.link.repliesHeard;
    try {
      return await attempt(talk, before);
    } catch (error) {
      if (!isNew && !signal.aborted && holder.mayRenew && hadGone(talk, heard) && isUntouched()) {
        isNew = true;
        before -= 1;
        waitMs /= 2;
        continue;
      }
      if (signal.aborted || before >= retries || !mayPass(error)) throw error;
      const why = isSallyportError(error) ? error.message : "";
      tell(holder.talk, `${why}; attempt ${before + 2} of ${retries + 1} in ${waitMs / 1000} s`);
      await wait(holder.talk.environment.clock, waitMs, signal);
    }
  }
}
