// Has the server worked off all that ssh sent it so far? Its answer to a session that is opened and closed at once tells.
import { isSallyportError } from "../../protocol/error.ts";
import { commandPurpose } from "../session-refusal.ts";
import type { ChannelHandle, ChannelOwner } from "./channel-owner.ts";
import type { Channels } from "./channels.ts";
import { sessionRequest } from "./session-request.ts";

const noSignal: AbortSignal = new AbortController().signal;
const nobody: ChannelOwner = { receive: () => {}, lost: () => {} };

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
    const makeOwner = (channel: ChannelHandle): ChannelOwner => {
      const gone = new Promise<void>((resolve) => channel.close(resolve));
      this.#leaving.add(gone);
      void gone.then(() => this.#leaving.delete(gone));
      return nobody;
    };
    const request = { ...sessionRequest(commandPurpose), makeOwner };
    await this.#channels.open(request, noSignal).catch((error: unknown) => {
      // MaxSessions: an answer all the same.
      if (!isSallyportError(error) || error.code !== "SSH_CHANNEL_REFUSED") throw error;
    });
  }

  /** Resolves when none of our sessions stands in the way of another one; rejects with the signal's reason. */
  over(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => reject(signal.reason);
      if (signal.aborted) onAbort();
      signal.addEventListener("abort", onAbort, { once: true });
      void Promise.all(this.#leaving).then(() => {
        signal.removeEventListener("abort", onAbort);
        resolve();
      });
    });
  }
}
