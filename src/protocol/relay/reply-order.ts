// The client's view: every command answered, in the order of the commands. STAT, NOOP and ABOR may be answered while a
// transfer is under way (RFC 959 section 4.1.3).
import type { Reply } from "../reply.ts";

/** One command of the client and the replies that it has got so far. */
export interface Slot {
  readonly verb: string;
  /** May be answered before the transfer in front of it is over. */
  readonly overtakes: boolean;
  /** A transfer that is under way: lets those behind it overtake. */
  underWay: boolean;
  done: boolean;
  readonly waiting: Answer[];
}

interface Answer {
  readonly reply: Reply;
  readonly origin: "gateway" | "server";
  /** For a moment, to leave together with the next one. */
  readonly mayWait: boolean;
}

const sizeOf = (reply: Reply): number => reply.lines.reduce((bytes, line) => bytes + line.length + 2, 0);

export class ReplyOrder {
  readonly #slots: Slot[] = [];
  readonly #write: (answer: Answer) => void;
  #waitingBytes = 0;

  constructor(write: (answer: Answer) => void) {
    this.#write = write;
  }

  /** Commands that wait for their final reply. */
  get length(): number {
    return this.#slots.length;
  }

  /** Size of the replies that wait for their turn. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  open(verb: string, overtakes = false): Slot {
    const slot: Slot = { verb, overtakes, underWay: false, done: false, waiting: [] };
    this.#slots.push(slot);
    return slot;
  }

  /** A preliminary reply (1yz), more to come. */
  preliminary(slot: Slot, reply: Reply, mayWait: boolean): void {
    this.#keep(slot, { reply, origin: "server", mayWait });
    this.#flush();
  }

  /** The final reply of a command. A second one is a mistake of ours and ignored. */
  answer(slot: Slot, reply: Reply, origin: "gateway" | "server"): void {
    if (slot.done) return;
    this.#keep(slot, { reply, origin, mayWait: false });
    slot.done = true;
    slot.underWay = false;
    this.#flush();
  }

  #keep(slot: Slot, answer: Answer): void {
    slot.waiting.push(answer);
    this.#waitingBytes += sizeOf(answer.reply);
  }

  #flush(): void {
    let overtaking = false;
    for (let index = 0; index < this.#slots.length; ) {
      const slot = this.#slots[index] as Slot;
      if (overtaking && !slot.overtakes) return;
      for (const answer of slot.waiting.splice(0)) {
        this.#waitingBytes -= sizeOf(answer.reply);
        this.#write(answer);
      }
      if (slot.done) this.#slots.splice(index, 1);
      else if (slot.underWay) {
        overtaking = true;
        index += 1;
      } else return;
    }
  }
}
