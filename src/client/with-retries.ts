// A transfer that broke is resumed, over a new session if need be. The one retry loop, for FTP and SFTP alike.

import { type Clock, wait } from "../platform/clock.ts";
import { isSallyportError, type SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import type { Session } from "./session.ts";

/** Another attempt may end better: the network broke, or the server said "not now". What it refuses it will refuse again. */
const passing = /^(?:NET_(?:RESET|TIMEOUT|REFUSED|UNREACHABLE)|SSH_DISCONNECTED|FTP_TRANSFER|FTP_REPLY_TRANSIENT)$/;

export interface RetryRules {
  readonly retries: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Is given a sentence before each further attempt. */
  readonly note: (text: string) => void;
  /** False for what another attempt would not help. Default: none of those that may pass. */
  readonly mayHelp?: (error: SallyportError) => boolean;
}

/** `attempt` gets how many have gone before. Each wait is twice the one before. Rejects with the last attempt's error. */
export async function withRetries<T>(
  { retries, clock, signal, note, mayHelp = () => true }: RetryRules,
  attempt: (before: number) => Promise<T>,
): Promise<T> {
  for (let before = 0, waitMs = limits.clientRetryWaitMs; ; before += 1, waitMs *= 2) {
    try {
      return await attempt(before);
    } catch (thrown) {
      // Who makes the session for an attempt may have wrapped why it could not be done.
      const error = isSallyportError(thrown) ? thrown : (thrown as { cause?: unknown } | null)?.cause;
      if (signal.aborted || before >= retries || !isSallyportError(error)) throw thrown;
      if (!passing.test(error.code) || !mayHelp(error)) throw thrown;
      note(`${error.message}; attempt ${before + 2} of ${retries + 1} in ${waitMs / 1000} s`);
      await wait(clock, waitMs, signal);
    }
  }
}

/** Who has the session, and can make a new one in its place. */
export interface Holder {
  readonly session: Session;
  /** A new session would begin in the same directory, and nobody has been notified yet that this one is over. */
  readonly mayRenew: boolean;
  /** The session that is there, or a new one in the same directory when it was lost. */
  revive(signal: AbortSignal): Promise<Session>;
}

/**
 * Over the session that is there, or a new one where it was lost. An attempt whose session had gone before it began is made once more at
 * once, over a new one. `isUntouched`: what is to be moved is still all there.
 */
export async function overSession<T>(
  holder: Holder,
  signal: AbortSignal,
  attempt: (session: Session) => Promise<T>,
  isUntouched: () => boolean = () => true,
): Promise<T> {
  const isLost = holder.session.control.failure !== undefined && holder.mayRenew;
  const session = isLost ? await holder.revive(signal) : holder.session;
  // The transfer before may still be confirmed meanwhile.
  const earlier = session.control.repliesReceived + session.control.repliesOwed;
  try {
    return await attempt(session);
  } catch (error) {
    const mayRepeat = !signal.aborted && holder.mayRenew && isUntouched();
    if (!mayRepeat || !hadGone(session, earlier)) throw error;
    return await attempt(await holder.revive(signal));
  }
}

/**
 * A session that has served before and had gone when this attempt began: nothing was answered, so nothing was done. Some servers
 * hang up behind a file. As HTTP has it with a connection that was kept (RFC 9112 section 9.3.1).
 */
function hadGone({ control, modes }: Session, earlier: number): boolean {
  const { failure } = control;
  const hungUp = failure?.code === "NET_RESET" || failure?.details.reply === 421;
  return hungUp && modes.transfers > 0 && control.repliesReceived <= earlier;
}
