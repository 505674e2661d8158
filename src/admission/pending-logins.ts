// The share of a server's connections that is for those who have not logged in, so that nobody shuts out the others by
// connecting alone. When it is used up, the address that has most of it gives its oldest for a new one (as OpenSSH's
// MaxStartups drops, but never whom the flood does not come from).
import { blockOf } from "./login-guard.ts";

interface Pending {
  readonly block: string;
  readonly hangUp: () => void;
}

export class PendingLogins {
  readonly #most: number;
  /** Oldest first. */
  readonly #pending: Set<Pending> = new Set();

  /** A quarter of all connections, and at least one. */
  constructor(connectionsMax: number) {
    this.#most = Math.max(1, Math.floor(connectionsMax / 4));
  }

  /**
   * `hangUp` ends this connection later, should its place be needed. What it gives is to be called when the client has
   * logged in or is gone; again does nothing. `undefined`: no room, since its own address has most of them.
   */
  admit(address: string, hangUp: () => void): (() => void) | undefined {
    const block = blockOf(address);
    if (this.#pending.size >= this.#most && !this.#makeRoom(block)) return undefined;
    const pending = { block, hangUp };
    this.#pending.add(pending);
    return () => void this.#pending.delete(pending);
  }

  #makeRoom(newcomer: string): boolean {
    const counts = new Map<string, number>();
    for (const { block } of this.#pending) counts.set(block, (counts.get(block) ?? 0) + 1);
    const most = Math.max(...counts.values());
    if ((counts.get(newcomer) ?? 0) >= most) return false;
    const victim = [...this.#pending].find(({ block }) => counts.get(block) === most);
    if (victim === undefined) return false;
    this.#pending.delete(victim);
    victim.hangUp();
    return true;
  }
}
