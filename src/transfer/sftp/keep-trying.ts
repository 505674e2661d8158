// A transfer whose connection broke is gone on with over a new one, as often as --retry says.
import type { Clock } from "../../platform/clock.ts";
import { wait } from "../../platform/wait.ts";
import { isSallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";

/** The network broke; what the server refuses it will refuse again. */
const passing = /^(?:NET_(?:RESET|TIMEOUT|REFUSED|UNREACHABLE)|SSH_DISCONNECTED|FTP_TRANSFER)$/;

export interface Patience {
  readonly clock: Clock;
  readonly retries: number;
  readonly signal: AbortSignal;
  readonly tell: (note: string) => void;
}

/** `attempt` gets how many have gone before. Rejects with the last attempt's error. */
export async function keepTrying<T>(
  { clock, retries, signal, tell }: Patience,
  attempt: (before: number) => Promise<T>,
): Promise<T> {
  for (let before = 0, waitMs = limits.clientRetryWaitMs; ; before += 1, waitMs *= 2) {
    try {
      return await attempt(before);
    } catch (error) {
      if (signal.aborted || before >= retries || !isSallyportError(error) || !passing.test(error.code)) throw error;
      tell(`${error.message}; attempt ${before + 2} of ${retries + 1} in ${waitMs / 1000} s`);
      await wait(clock, waitMs, signal);
    }
  }
}
