// Uploads that were interrupted and of which nothing was kept, since the old file stays until the new one is whole. Clients ask for SIZE then, take the
// old file's for what has come of theirs (lftp does), and would resume after it: half of either, and 226.
import { limits } from "../protocol/limits.ts";

/** Of one server; each user has separate uploads. */
export class LostUploads {
  /** Oldest first. */
  readonly #lost: Set<string> = new Set();

  /** The new file has begun, and the old one is still there. */
  begin(user: string, path: string): void {
    const key = keyOf(user, path);
    this.#lost.delete(key);
    this.#lost.add(key);
    for (const oldest of this.#lost) {
      if (this.#lost.size <= limits.lostUploadsMax) return;
      this.#lost.delete(oldest);
    }
  }

  /** What is there is from the new file. */
  kept(user: string, path: string): void {
    this.#lost.delete(keyOf(user, path));
  }

  has(user: string, path: string): boolean {
    return this.#lost.has(keyOf(user, path));
  }
}

const keyOf = (user: string, path: string): string => `${user}\0${path}`;
