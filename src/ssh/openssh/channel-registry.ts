// Who waits for a channel, who has it, and who has given it up.
import type { SallyportError } from "../../protocol/error.ts";
import type { RefusalOf } from "../channel-refusal.ts";
import type { ChannelEvent, ChannelHandle, ChannelOwner } from "./channel-owner.ts";

/** Somebody who waits for a channel. */
export interface Opening {
  readonly target: string;
  /** Makes the owner at once: data may come with the next message. */
  readonly opened: (channel: ChannelHandle) => ChannelOwner;
  readonly refusal: RefusalOf;
  readonly failed: (error: SallyportError) => void;
}

export class ChannelRegistry {
  readonly #openings = new Map<number, Opening>();
  readonly #owners = new Map<number, ChannelOwner>();
  readonly #leaving = new Map<number, () => void>();

  add(channel: number, opening: Opening): void {
    this.#openings.set(channel, opening);
  }

  /** `handleOf` is asked only if somebody still waits. */
  opened(channel: number, handleOf: (target: string) => ChannelHandle): void {
    const opening = this.#openings.get(channel);
    this.#openings.delete(channel);
    if (opening !== undefined) this.#owners.set(channel, opening.opened(handleOf(opening.target)));
  }

  /** `description`: the server's words, one character per byte. */
  refused(channel: number, reason: number, description: string): void {
    const opening = this.#openings.get(channel);
    this.#openings.delete(channel);
    const words = Buffer.from(description, "latin1").toString("utf8"); // RFC 4254 section 5.1
    opening?.failed(opening.refusal(reason, words));
  }

  tell(event: ChannelEvent): void {
    const owner = this.#owners.get(event.channel);
    if (event.type === "closed") this.#forget(event.channel);
    owner?.receive(event);
  }

  /** Nobody wants to hear of the channel any more; `onGone`, that it is gone. */
  leave(channel: number, onGone?: () => void): void {
    this.#openings.delete(channel);
    this.#owners.delete(channel);
    if (onGone !== undefined) this.#leaving.set(channel, onGone);
  }

  /** Everything ends with the error. */
  abandon(error: SallyportError): void {
    for (const { failed } of this.#openings.values()) failed(error);
    this.#openings.clear();
    const owners = [...this.#owners.values()];
    this.#owners.clear();
    for (const owner of owners) owner.lost(error);
    for (const gone of this.#leaving.values()) gone();
    this.#leaving.clear();
  }

  #forget(channel: number): void {
    this.#owners.delete(channel);
    this.#leaving.get(channel)?.();
    this.#leaving.delete(channel);
  }
}
