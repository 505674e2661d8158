// Back-pressure of the one stream that carries all channels.
import type { Duplex } from "node:stream";
import { limits } from "../../../protocol/limits.ts";

/** ssh2 writes into its socket whatever it is given, however full that is; channels ask here first. */
export class SendGate {
  readonly #carrier: Duplex;
  readonly #isExchangingKeys: () => boolean;
  #waiting = new Set<() => void>();

  constructor(carrier: Duplex, isExchangingKeys: () => boolean) {
    this.#carrier = carrier;
    this.#isExchangingKeys = isExchangingKeys;
    carrier.on("drain", () => this.open());
  }

  /** True while no more data should be sent: enough waits for the system, or keys are being exchanged. */
  isCongested(): boolean {
    return this.#carrier.writableLength > limits.sshSendQueueBytes || this.#isExchangingKeys();
  }

  /** Calls back once there is room again; those who wait longest come first. */
  whenClear(callback: () => void): void {
    this.#waiting.add(callback);
  }

  /** To be called after a key exchange, too. */
  open(): void {
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const callback of waiting) callback();
  }
}
