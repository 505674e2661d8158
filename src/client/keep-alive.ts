// A word now and then, so that NATs, firewalls and servers do not forget the control connection.
import type { Clock } from "../platform/clock.ts";
import type { ControlLink } from "./control-link.ts";

/**
 * Sends NOOP after so much silence, during transfers too: its reply may come before the transfer's or after it. Never two at
 * a time, so a server that reads no command during a transfer is not filled up. Gives the function that ends it.
 */
export function keepAlive(link: ControlLink, clock: Clock, silenceMs: number): () => void {
  if (silenceMs <= 0) return () => {};
  let cancel: () => void = () => {};
  let waiting = false;
  let over = false;
  const look = (): void => {
    if (over || link.failure !== undefined) return;
    const silentMs = clock.nowMs() - link.lastActiveMs;
    if (silentMs >= silenceMs && !waiting && link.quiet) {
      waiting = true;
      link
        .ask("NOOP")
        .final.catch(() => {})
        .finally(() => {
          waiting = false;
        });
    }
    cancel = clock.after(Math.max(silenceMs - silentMs, silenceMs / 4), look);
  };
  cancel = clock.after(silenceMs, look);
  const end = (): void => {
    over = true;
    cancel();
  };
  // Nobody may dispose of a session that was lost.
  void link.closed.then(end);
  return end;
}
