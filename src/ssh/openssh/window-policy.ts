// How large windows may grow on OpenSSH's multiplexing socket: what the line to the SSH server holds.
import type { Clock } from "../../platform/clock.ts";
import { limits } from "../../protocol/limits.ts";
import { WindowBudget } from "../channels/machine/window-budget.ts";
import type { ConnectionMessage } from "../connection-protocol/messages.ts";

/**
 * The window that keeps a link with this round trip full. No more: what ssh has read and we have not, it keeps in a buffer
 * that it copies and wipes whole for every packet by which it grows (sshbuf.c), 1.5 s of computing for 8 MiB and 6 s for
 * 16 (measured), which a near and fast server would bring about for nothing.
 */
export function windowFor(roundTripMs: number): number {
  const wanted = Math.round(roundTripMs * limits.sshWindowBytesPerMs);
  return Math.min(limits.sshChannelWindowBytes, Math.max(limits.sshFirstWindowBytes, wanted));
}

/** What a window begins with: on a short line little, so that a client that does not read holds the server back. */
function startFor(roundTripMs: number): number {
  return Math.max(limits.sshShortLineWindowBytes, Math.round(roundTripMs * limits.sshWindowBytesPerMs));
}

/**
 * The round trip is the fastest answer to an open message: a server takes no time over what it refuses, and little to
 * connect nearby. An opening that is given up is answered all the same.
 */
export class RoundTripWindows extends WindowBudget {
  readonly #clock: Clock;
  readonly #askedAtMs = new Map<number, number>();
  #leastMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    super({
      first: limits.sshFirstWindowBytes,
      least: limits.sshLeastWindowBytes,
      total: limits.sshAllWindowsBytes,
    });
    this.#clock = clock;
  }

  messageSent(message: ConnectionMessage): void {
    if (message.type === "open") this.#askedAtMs.set(message.sender, this.#clock.nowMs());
  }

  messageReceived(message: ConnectionMessage): void {
    if (message.type !== "open-confirmation" && message.type !== "open-failure") return;
    const askedAtMs = this.#askedAtMs.get(message.recipient);
    this.#askedAtMs.delete(message.recipient);
    if (askedAtMs === undefined) return;
    this.#leastMs = Math.min(this.#leastMs, this.#clock.nowMs() - askedAtMs);
    this.most = windowFor(this.#leastMs);
    this.start = startFor(this.#leastMs);
  }
}
