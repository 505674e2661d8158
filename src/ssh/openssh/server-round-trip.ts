// Has the server worked off all that ssh sent it so far? Its answer to a session that is opened and closed at once shows it.
import { raceAbort } from "../../platform/abort.ts";
import { isSallyportError } from "../../protocol/error.ts";
import type { Channels } from "../channels/channels.ts";
import { sessionRequest } from "../channels/exec.ts";
import { commandPurpose } from "../refusals.ts";

const noSignal: AbortSignal = new AbortController().signal;

/** A session runs no program, and unlike a refused channel it leaves nothing behind in ssh. */
export class ServerRoundTrip {
  readonly #channels: Channels;
  /** Sessions that the server has not closed yet: they count for its MaxSessions. */
  readonly #leaving = new Set<Promise<void>>();

  constructor(channels: Channels) {
    this.#channels = channels;
  }

  /** Throws when the connection is gone. */
  async make(): Promise<void> {
    try {
      const channel = await this.#channels.openChannel(sessionRequest(commandPurpose), noSignal);
      channel.destroy();
      this.#leaving.add(channel.gone);
      void channel.gone.then(() => this.#leaving.delete(channel.gone));
    } catch (error) {
      // MaxSessions: an answer all the same.
      if (!isSallyportError(error) || error.code !== "SSH_CHANNEL_REFUSED") throw error;
    }
  }

  /** Resolves when none of our sessions stands in the way of another one; rejects with the signal's reason. */
  async over(signal: AbortSignal): Promise<void> {
    await raceAbort(Promise.all(this.#leaving), signal);
  }
}
