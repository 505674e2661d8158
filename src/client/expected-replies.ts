// Which replies are awaited, and by whom.
import { Deferred } from "../platform/deferred.ts";
import type { SallyportError } from "../protocol/error.ts";
import { Outstanding, type PendingKind } from "../protocol/relay/outstanding.ts";
import type { Reply } from "../protocol/reply.ts";

/** A command that was sent. Its promises never cause an unhandled rejection. */
export interface Asked {
  /** Of a transfer the first reply: 1yz, or the final one. Of other commands the final one. */
  readonly first: Promise<Reply>;
  readonly final: Promise<Reply>;
}

/** One FIFO: every reply goes to the command that it answers, and NOOP, STAT and ABOR may overtake a transfer. */
export class ExpectedReplies {
  readonly #outstanding: Outstanding = new Outstanding();
  readonly #waiting: Set<(error: SallyportError) => void> = new Set();
  /** A transfer is between its 150 and the end of its data: silence is not a fault. */
  transferring = false;

  get length(): number {
    return this.#outstanding.length;
  }

  has(verb: string): boolean {
    return this.#outstanding.has(verb);
  }

  /** False when nobody asked. */
  receive(reply: Reply): boolean {
    return this.#outstanding.receive(reply);
  }

  failAll(error: SallyportError): void {
    for (const reject of this.#waiting) reject(error);
    this.#waiting.clear();
  }

  /** `onFinal` is called before anybody else gets it. */
  expect(verb: string, kind: PendingKind, onFinal: (reply: Reply) => void = () => {}): Asked {
    const final = new Deferred<Reply>();
    const isTransfer = kind === "transfer";
    const first = isTransfer ? new Deferred<Reply>() : final;
    const fail = (error: SallyportError): void => {
      for (const { promise, reject } of new Set([final, first])) {
        // Nobody may wait for it.
        promise.catch(() => {});
        reject(error);
      }
    };
    this.#waiting.add(fail);
    this.#outstanding.push({
      verb,
      kind,
      onPreliminary: (reply) => {
        if (!isTransfer) return;
        this.transferring = true;
        first.resolve(reply);
      },
      onFinal: (reply) => {
        if (isTransfer) this.transferring = false;
        onFinal(reply);
        this.#waiting.delete(fail);
        first.resolve(reply);
        final.resolve(reply);
      },
    });
    return { first: first.promise, final: final.promise };
  }

  static failed(failure: SallyportError): Asked {
    const final = Promise.reject(failure);
    final.catch(() => {});
    return { first: final, final };
  }
}
