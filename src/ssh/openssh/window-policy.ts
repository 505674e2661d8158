// How large windows may grow on OpenSSH's multiplexing socket: what the line to the SSH server holds.
import type { Clock } from "../../platform/clock.ts";
import { limits } from "../../protocol/limits.ts";
import { WindowBudget, type WindowLimits } from "../channels/machine/window-budget.ts";
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

/** Of one connection to ssh's multiplexing socket. */
export const openSshWindows: WindowLimits = {
  first: limits.sshFirstWindowBytes,
  least: limits.sshLeastWindowBytes,
  total: limits.sshAllWindowsBytes,
  cheap: limits.sshCheapWindowBytes,
  readForEach: limits.sshReadForWindowBytes,
  piece: limits.sshWindowPieceBytes,
};

/** What a window begins with: on a short line little, so that a client that does not read holds the server back. */
function startFor(roundTripMs: number): number {
  return Math.max(limits.sshShortLineWindowBytes, Math.round(roundTripMs * limits.sshWindowBytesPerMs));
}

/**
 * The round trip is the fastest answer to an open message or a request: a server takes no time over what it refuses, and little to
 * connect nearby. sshd's first answers come late, three round trips after its login. An opening that is given up is answered all the same.
 */
export class RoundTripWindows extends WindowBudget {
  readonly #clock: Clock;
  readonly #openedAtMs = new Map<number, number>();
  /** Whichever of them is answered: the first one was sent no later. */
  readonly #requestedAtMs: number[] = [];
  #leastMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    super(openSshWindows, { nowMs: () => clock.nowMs(), roundTripMs: () => this.#leastMs });
    this.#clock = clock;
  }

  /** No window grows beyond the first size. */
  get isLineShort(): boolean {
    return this.most <= openSshWindows.first;
  }

  messageSent(message: ConnectionMessage): void {
    if (message.type === "open") this.#openedAtMs.set(message.sender, this.#clock.nowMs());
    else if (message.type === "request" && message.wantReply) this.#requestedAtMs.push(this.#clock.nowMs());
  }

  messageReceived(message: ConnectionMessage): void {
    if (message.type === "open-confirmation" || message.type === "open-failure") {
      this.#answered(this.#openedAtMs.get(message.recipient));
      this.#openedAtMs.delete(message.recipient);
    } else if (message.type === "success" || message.type === "failure") this.#answered(this.#requestedAtMs.shift());
  }

  #answered(askedAtMs: number | undefined): void {
    if (askedAtMs === undefined) return;
    this.#leastMs = Math.min(this.#leastMs, this.#clock.nowMs() - askedAtMs);
    this.most = windowFor(this.#leastMs);
    this.start = startFor(this.#leastMs);
  }
}
