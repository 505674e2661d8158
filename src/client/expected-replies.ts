// Which replies are awaited, and by whom.
import { Deferred } from "../platform/deferred.ts";
import type { SallyportError } from "../protocol/error.ts";
import { Outstanding, type Pending, type PendingKind } from "../protocol/relay/outstanding.ts";
import type { Reply } from "../protocol/reply.ts";

/** A command that was sent. Its promises never cause an unhandled rejection. */
export interface Asked {
  /** Of a transfer the first reply: 1yz, or the final one. Of other commands the final one. */
  readonly first: Promise<Reply>;
  readonly final: Promise<Reply>;
}

/** What is done with the replies to a command, before anybody who waits gets them. */
export interface ReplyHooks {
  /** The first one to a transfer: 1yz, or the final one. */
  readonly onFirst?: ((reply: Reply) => void) | undefined;
  readonly onFinal?: ((reply: Reply) => void) | undefined;
}

const noHooks: ReplyHooks = {};

/** One FIFO: every reply goes to the command that it answers, and NOOP, STAT and ABOR may overtake a transfer. */
export class ExpectedReplies {
  readonly #outstanding: Outstanding = new Outstanding();
  readonly #waiting: Set<Expected> = new Set();
  /** A transfer is between its 150 and the end of its data: silence is not a fault. */
  transferring = false;

  get length(): number {
    return this.#outstanding.length;
  }

  /** False when nobody asked. */
  receive(reply: Reply): boolean {
    return this.#outstanding.receive(reply);
  }

  failAll(error: SallyportError): void {
    for (const expected of this.#waiting) expected.fail(error);
    this.#waiting.clear();
  }

  expect(verb: string, kind: PendingKind, hooks: ReplyHooks = noHooks): Asked {
    const expected = new Expected(verb, kind, hooks, this);
    this.#waiting.add(expected);
    this.#outstanding.push(expected);
    return expected;
  }

  /** It has its final reply. */
  forget(expected: Expected): void {
    this.#waiting.delete(expected);
  }

  static failed(failure: SallyportError): Asked {
    const final = Promise.reject(failure);
    final.catch(() => {});
    return { first: final, final };
  }
}

/** One of them, until its final reply is here. */
class Expected implements Asked, Pending {
  readonly verb: string;
  readonly kind: PendingKind;
  readonly #hooks: ReplyHooks;
  readonly #all: ExpectedReplies;
  readonly #final: Deferred<Reply> = new Deferred<Reply>();
  /** Of a transfer, where somebody waits for it. */
  #first: Deferred<Reply> | undefined;
  #firstReply: Reply | undefined;
  #failure: SallyportError | undefined;

  constructor(verb: string, kind: PendingKind, hooks: ReplyHooks, all: ExpectedReplies) {
    this.verb = verb;
    this.kind = kind;
    this.#hooks = hooks;
    this.#all = all;
  }

  get final(): Promise<Reply> {
    return this.#final.promise;
  }

  get first(): Promise<Reply> {
    if (this.kind !== "transfer") return this.final;
    if (this.#first === undefined) {
      this.#first = new Deferred<Reply>();
      this.#first.promise.catch(() => {});
      if (this.#firstReply !== undefined) this.#first.resolve(this.#firstReply);
      else if (this.#failure !== undefined) this.#first.reject(this.#failure);
    }
    return this.#first.promise;
  }

  onPreliminary(reply: Reply): void {
    if (this.kind !== "transfer") return;
    this.#all.transferring = true;
    this.#receiveFirst(reply);
  }

  onFinal(reply: Reply): void {
    if (this.kind === "transfer") {
      this.#all.transferring = false;
      this.#receiveFirst(reply);
    }
    this.#hooks.onFinal?.(reply);
    this.#all.forget(this);
    this.#final.resolve(reply);
  }

  fail(error: SallyportError): void {
    this.#failure = error;
    // Nobody may wait for it.
    this.#final.promise.catch(() => {});
    this.#final.reject(error);
    this.#first?.reject(error);
  }

  #receiveFirst(reply: Reply): void {
    if (this.#firstReply !== undefined) return;
    this.#firstReply = reply;
    this.#hooks.onFirst?.(reply);
    this.#first?.resolve(reply);
  }
}
