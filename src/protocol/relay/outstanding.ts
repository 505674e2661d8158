// The server's view: commands sent and not yet answered, the gateway's own among them. Every reply is matched to its command,
// by its place and by what it can mean.
import type { Command } from "../command.ts";
import type { Reply } from "../reply.ts";
import { mayAnswer, mayAnswerTransfer, mayEndTransfer } from "./reply-meaning.ts";

export type PendingKind = "plain" | "transfer";

/** A command as it was sent to the server. */
export interface SentCommand {
  readonly origin: "client" | "gateway";
  readonly command: Command;
}

export interface Pending {
  readonly verb: string;
  /** Absent: the greeting, which is awaited without a command. */
  readonly sent?: SentCommand;
  readonly kind: PendingKind;
  /** Whether a transfer may have succeeded already; absent: it may. */
  readonly mayBeDone?: () => boolean;
  readonly onPreliminary?: (reply: Reply) => void;
  readonly onFinal: (reply: Reply) => void;
}

/**
 * Replies come in the order of the commands, but for one: a server that reads while a transfer runs (pyftpdlib, Pure-FTPd)
 * answers what it reads at once, and the transfer when it is over. So where the transfer's reply stands among the others is
 * to be found out. Most codes show it; one that may be either's waits for the next reply.
 */
export class Outstanding {
  readonly #list: Pending[] = [];
  #headUnderWay = false;
  /** Final replies that came while a transfer is under way and may be its own or that of a command behind it. */
  #undecided: Reply[] = [];

  get length(): number {
    return this.#list.length;
  }

  /** Size of the replies that wait for the next one to show whose they are. */
  get waitingBytes(): number {
    return this.#undecided.reduce(
      (bytes, { lines }) => bytes + lines.reduce((sum, line) => sum + line.length + 2, 0),
      0,
    );
  }

  push(pending: Pending): void {
    this.#list.push(pending);
  }

  has(...verbs: readonly string[]): boolean {
    for (const { verb } of this.#list) if (verbs.includes(verb)) return true;
    return false;
  }

  /** Hands the reply to its command; false when nobody asked. */
  receive(reply: Reply): boolean {
    if (this.#list[0] === undefined) return false;
    if (reply.code < 200) this.#preliminary(reply);
    else {
      this.#undecided.push(reply);
      this.#decide();
    }
    return true;
  }

  /** Final replies have come of which nobody knows yet whose they are. */
  get isUndecided(): boolean {
    return this.#undecided.length > 0;
  }

  /** The connection on which the answers would come is gone. */
  takeAll(): readonly Pending[] {
    this.#headUnderWay = false;
    this.#undecided = [];
    return this.#list.splice(0);
  }

  /** The server has left out the reply to this command. */
  complete(verb: string, reply: Reply): void {
    const index = this.#list.findIndex((pending) => pending.verb === verb);
    if (index >= 0) this.#list.splice(index, 1)[0]?.onFinal(reply);
  }

  #preliminary(reply: Reply): void {
    // The next transfer begins, so the one before it has been answered.
    if (this.#undecided.length > 0) this.#answer(this.#places()[0] ?? 0);
    this.#decide();
    const [head] = this.#list;
    this.#headUnderWay = true;
    head?.onPreliminary?.(reply);
  }

  #decide(): void {
    while (this.#undecided.length > 0 && this.#list.length > 0) {
      const index = this.#next();
      if (index === undefined) return;
      this.#answer(index);
    }
    // Whatever is left nobody asked for.
    this.#undecided = [];
  }

  /** Index of the command that the oldest undecided reply answers, once that is certain. */
  #next(): number | undefined {
    const [head, second] = this.#list;
    const [{ code } = { code: 0 }] = this.#undecided;
    if (head === undefined) return 0;
    if (head.kind !== "transfer") {
      // The reply to ABOR may have been left out, or have been taken for the transfer's; behind it are commands of ours alone.
      const isNext = head.verb === "ABOR" && second !== undefined && mayAnswer(second.verb, code);
      return isNext && !mayAnswer(head.verb, code) ? 1 : 0;
    }
    const [other] = this.#others();
    if (other === undefined) return mayAnswerTransfer(code) ? 0 : this.#beyond(code);
    if (!this.#headUnderWay) {
      const own = mayAnswerTransfer(code) || !mayAnswer(other.verb, code);
      return own ? 0 : this.#list.indexOf(other);
    }
    // What follows from the places, too, for nearly every file: the only reply, and none that the next command can get.
    if (this.#undecided.length === 1 && !mayAnswer(other.verb, code)) return 0;
    const places = this.#places();
    const complete = this.#undecided.length > this.#others().length;
    if (places.every((place) => place === 0) || (complete && places[0] === 0)) return 0;
    return complete || places[0] !== 0 ? this.#list.indexOf(other) : undefined;
  }

  /** Where among the undecided replies the transfer's may stand; their number: it has not come. */
  #places(): number[] {
    const replies = this.#undecided;
    const verbs = this.#others().map(({ verb }) => verb);
    const fits = (place: number): boolean => {
      const others = replies.filter((_, index) => index !== place);
      if (others.length > verbs.length) return false;
      const transfers = replies[place];
      if (transfers !== undefined && !this.#mayEnd(transfers.code)) return false;
      return others.every(({ code }, index) => {
        const verb = verbs[index] as string;
        // ABOR ends the transfer first, and 226 is the answer then.
        const early = verb === "ABOR" && code === 226 && index < place;
        return mayAnswer(verb, code) && !early;
      });
    };
    return [...replies.keys(), replies.length].filter(fits);
  }

  #mayEnd(code: number): boolean {
    return mayEndTransfer(code) && (code >= 400 || this.#list[0]?.mayBeDone?.() !== false);
  }

  /** What is awaited behind the transfer and before the next one, which no server begins meanwhile. */
  #others(): readonly Pending[] {
    const next = this.#list.findIndex(({ kind }, index) => index > 0 && kind === "transfer");
    return this.#list.slice(1, next === -1 ? undefined : next);
  }

  /** Where a reply belongs that the transfer at the head cannot get and nobody behind it awaits: behind the next transfer. */
  #beyond(code: number): number {
    return Math.max(
      0,
      this.#list.findIndex(({ kind, verb }) => kind !== "transfer" && mayAnswer(verb, code)),
    );
  }

  /** Gives the oldest undecided reply to the command at `index`. */
  #answer(index: number): void {
    const [pending] = this.#list.splice(index, 1);
    const reply = this.#undecided.shift();
    if (index === 0) this.#headUnderWay = false;
    if (reply !== undefined) pending?.onFinal(reply);
  }
}
