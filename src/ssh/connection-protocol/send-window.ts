// What we may send the peer (RFC 4254 section 5.2).

const windowMax = 2 ** 32 - 1;

export class SendWindow {
  #credit: number;
  readonly packetMax: number;

  constructor(credit: number, packetMax: number) {
    this.#credit = credit;
    this.packetMax = packetMax;
  }

  get credit(): number {
    return this.#credit;
  }

  /** False: the window would not fit into 32 bits, which section 5.2 forbids. */
  adjust(bytes: number): boolean {
    if (this.#credit + bytes > windowMax) return false;
    this.#credit += bytes;
    return true;
  }

  /** The caller has looked at `credit`. */
  spend(bytes: number): void {
    this.#credit -= bytes;
  }
}
