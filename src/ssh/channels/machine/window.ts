// Both windows of a channel (RFC 4254 section 5.2). How large ours is, a policy decides: window-budget.ts, window-pace.ts.

/** What decides on the windows of one connection's channels. Each transport has the one that was measured for it. */
export interface WindowPolicy {
  /** For a new channel. */
  open(): WindowSize;
}

/** The size of one channel's window: what the peer may send before we have read it. */
export interface WindowSize {
  readonly first: number;
  /** A window of `size` is topped up when so much of it has been read. */
  topUp(size: number): number;
  /** `bytes` were read from a window of `size`. Returns its size from now on, which is never smaller. */
  grow(size: number, bytes: number): number;
  /** We sent so many bytes on the channel ourselves. */
  sent(bytes: number): void;
  /** The channel is gone. */
  release(size: number): void;
}

/** `credit` (what the peer may still send) and `unread` (what it sent and nobody took yet) together never exceed `size`. */
export class ReceiveWindow {
  readonly #policy: WindowSize;
  #size: number;
  #credit: number;
  #unread = 0;

  constructor(policy: WindowPolicy) {
    this.#policy = policy.open();
    this.#size = this.#policy.first;
    this.#credit = this.#size;
  }

  get size(): number {
    return this.#size;
  }

  get unread(): number {
    return this.#unread;
  }

  /** False: the peer sent more than it was allowed to. */
  take(bytes: number): boolean {
    if (bytes > this.#credit) return false;
    this.#credit -= bytes;
    this.#unread += bytes;
    return true;
  }

  /** The reader took `bytes`. Returns how much more the peer may send; 0: not worth a message yet. */
  consume(bytes: number): number {
    if (bytes > this.#unread) throw new RangeError("more bytes consumed than received");
    this.#unread -= bytes;
    this.#size = this.#policy.grow(this.#size, bytes);
    const more = this.#size - this.#credit - this.#unread;
    if (more < this.#policy.topUp(this.#size)) return 0;
    this.#credit += more;
    return more;
  }

  sent(bytes: number): void {
    this.#policy.sent(bytes);
  }

  release(): void {
    this.#policy.release(this.#size);
    this.#size = 0;
  }
}

const windowMax = 2 ** 32 - 1;

/** What we may send the peer. */
export class SendWindow {
  #credit: number;
  #most: number;
  readonly packetMax: number;

  constructor(credit: number, packetMax: number) {
    this.#credit = credit;
    this.#most = credit;
    this.packetMax = packetMax;
  }

  get credit(): number {
    return this.#credit;
  }

  /** Bytes that the peer may not have passed on yet: sshd gives the window back in steps, as it does. */
  get outstanding(): number {
    return this.#most - this.#credit;
  }

  /** False: the window would not fit into 32 bits, which section 5.2 forbids. */
  adjust(bytes: number): boolean {
    if (this.#credit + bytes > windowMax) return false;
    this.#credit += bytes;
    this.#most = Math.max(this.#most, this.#credit);
    return true;
  }

  /** The caller has looked at `credit`. */
  spend(bytes: number): void {
    this.#credit -= bytes;
  }
}
