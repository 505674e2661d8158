// When the reply to PASV, EPSV or LPSV leaves. curl 7.88 looks for it three times right behind its command, and where it finds it sleeps for a
// second, for it then polls neither socket. The reply is there by then when we were given the processor that curl was on.
import { limits } from "../protocol/limits.ts";
import { type Clock, wait } from "./clock.ts";

const LF = 0x0a;

/**
 * Of one client. The reply waits for a moment in which others have the processor. Who has been silent for long was waiting for a line or a disk, looks
 * later than others, and does not mind a millisecond more; who has sent more behind the command does not look.
 */
export class PassiveReplyPause {
  readonly #clock: Clock;
  #receivedMs: number;
  #silenceMs = 0;
  #isPipelined = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#receivedMs = clock.nowMs();
  }

  /** What has come on the client's control connection. */
  received(bytes: Uint8Array): void {
    const nowMs = this.#clock.nowMs();
    this.#silenceMs = nowMs - this.#receivedMs;
    this.#receivedMs = nowMs;
    this.#isPipelined = bytes.indexOf(LF) < bytes.length - 1;
  }

  /** To be waited for before the reply. Absent: nothing is. */
  begin(signal: AbortSignal): Promise<void> | undefined {
    const clock = this.#clock;
    if (clock.moment === undefined || this.#isPipelined) return;
    return this.#silenceMs < limits.longSilenceMs ? clock.moment() : wait(clock, limits.momentMs, signal);
  }
}
