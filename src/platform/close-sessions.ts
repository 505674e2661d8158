// How whatever has sessions is closed.
import type { Clock } from "./clock.ts";
import type { Entrance } from "./entrance.ts";

export interface ClosableSession {
  /** As soon as no transfer is under way; `text` tells the peer why. */
  closeWhenIdle(text: string): void;
  closeNow(text: string): void;
}

/** No new sessions; running transfers may finish for up to `graceMs`; then everything is closed. Settles when all are over. */
export async function closeSessions(
  clock: Clock,
  entrances: readonly Entrance[],
  sessions: ReadonlySet<ClosableSession>,
  text: string,
  graceMs: number,
): Promise<void> {
  await Promise.all(entrances.map((entrance) => entrance.stopAccepting()));
  const cancel = clock.after(graceMs, () => {
    for (const session of sessions) session.closeNow(text);
  });
  for (const session of sessions) session.closeWhenIdle(text);
  await Promise.all(entrances.map((entrance) => entrance.sessionsOver()));
  cancel();
}
