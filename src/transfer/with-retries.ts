// A transfer whose connection broke is resumed over a new one, as often as the caller says; FTP and SFTP alike.
import { wakefulClock } from "../network/system-clock.ts";
import { wait } from "../platform/abort.ts";
import { isSallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import type { ServerSession } from "./server-session.ts";

/** The network broke, or the server said "not now"; what the server refuses it will refuse again. */
const passing = /^(?:NET_(?:RESET|TIMEOUT|REFUSED|UNREACHABLE)|SSH_DISCONNECTED|FTP_TRANSFER|FTP_REPLY_TRANSIENT)$/;

export interface RetryOptions {
  readonly retries: number;
  /** The session for another attempt, since this one may be lost. Default: the same. */
  readonly renew?: (() => Promise<ServerSession>) | undefined;
  readonly signal: AbortSignal;
  readonly note: (text: string) => void;
}

/** Rejects with the last attempt's error. */
export async function withRetries<T>(
  session: ServerSession,
  { retries, renew, signal, note }: RetryOptions,
  attempt: (session: ServerSession) => Promise<T>,
): Promise<T> {
  for (let before = 0, waitMs = limits.clientRetryWaitMs; ; before += 1, waitMs *= 2) {
    try {
      return await attempt(before === 0 || renew === undefined ? session : await renew());
    } catch (thrown) {
      // Who renews may have wrapped why it could not be done.
      const error = isSallyportError(thrown) ? thrown : (thrown as { cause?: unknown } | null)?.cause;
      if (signal.aborted || before >= retries || !isSallyportError(error) || !passing.test(error.code)) throw thrown;
      note(`${error.message}; attempt ${before + 2} of ${retries + 1} in ${waitMs / 1000} s`);
      await wait(wakefulClock, waitMs, signal);
    }
  }
}
