// The server's view: commands sent and not yet answered, the gateway's own among them. Every reply is matched to its command.
import type { Reply } from "../reply.ts";

/** How the reply to a command may stand to a transfer under way. */
export type PendingKind = "plain" | "transfer" | "overtaking";

export interface Pending {
  readonly verb: string;
  readonly kind: PendingKind;
  readonly onPreliminary?: (reply: Reply) => void;
  readonly onFinal: (reply: Reply) => void;
}

/** Codes that a transfer never gets as its final reply: they answer NOOP, STAT or ABOR (RFC 959 section 5.4). */
const overtakingCodes: ReadonlySet<number> = new Set([200, 202, 211, 212, 213, 214, 215, 225]);
/** Refusals of the command itself: a transfer that is under way is past them. */
const refusalCodes: ReadonlySet<number> = new Set([500, 501, 502, 503, 504, 530]);

export class Outstanding {
  readonly #list: Pending[] = [];
  #headUnderWay = false;
  /** A refusal that was taken for another command's while a transfer was under way. */
  #doubtful: Reply | undefined;

  get length(): number {
    return this.#list.length;
  }

  push(pending: Pending): void {
    this.#list.push(pending);
  }

  has(...verbs: readonly string[]): boolean {
    return this.#list.some((pending) => verbs.includes(pending.verb));
  }

  /** Hands the reply to its command; false when nobody asked. */
  receive(reply: Reply): boolean {
    const head = this.#list[0];
    if (head === undefined) return false;
    if (reply.code < 200) {
      this.#headUnderWay = true;
      head.onPreliminary?.(reply);
      return true;
    }
    const overtaking = this.#overtaking(head, reply.code);
    if (overtaking > 0) {
      if (refusalCodes.has(reply.code)) this.#doubtful ??= reply;
      const [pending] = this.#list.splice(overtaking, 1);
      pending?.onFinal(reply);
      return true;
    }
    const own = this.#ownReply(head, reply);
    this.#list.shift();
    this.#headUnderWay = false;
    this.#doubtful = undefined;
    head.onFinal(own);
    return true;
  }

  /**
   * A transfer that gets 200 shows that the refusal before it was the transfer's (vsftpd: `500 OOPS`) and the 200 that of
   * the NOOP: a broken transfer must not be told as done.
   */
  #ownReply(head: Pending, reply: Reply): Reply {
    return head.kind === "transfer" && overtakingCodes.has(reply.code) ? (this.#doubtful ?? reply) : reply;
  }

  /** Index of the command behind a transfer that this code answers, or 0: the code is for the head. */
  #overtaking(head: Pending, code: number): number {
    if (head.kind !== "transfer") return 0;
    if (!(overtakingCodes.has(code) || (this.#headUnderWay && refusalCodes.has(code)))) return 0;
    const next = this.#list.findIndex((pending, index) => index > 0 && pending.kind !== "transfer");
    return next > 0 && this.#list[next]?.kind === "overtaking" ? next : 0;
  }
}
