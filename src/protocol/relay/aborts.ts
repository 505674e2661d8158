// What is aborted in the middle. To a server that receives, the end of the data is the end of the file, so an upload's data
// connection closes once ABOR has been answered. A download's closes at once: whatever still leaves the server, it counts as sent.
import { argumentText } from "../command.ts";
import { limits } from "../limits.ts";
import { printable } from "../printable.ts";
import type { ControlConnections } from "./control-connections.ts";
import type { DataTransfer } from "./data-transfer.ts";
import { gatewayReply } from "./texts.ts";

export class Aborts {
  readonly #control: ControlConnections;
  readonly #removeAborted: boolean;
  /** Uploads for which ABOR was sent to the server and has not been answered: their data connections are still open. */
  readonly #held: Set<DataTransfer> = new Set();
  /** Those that ABOR is to end, until the server has said how they ended. */
  readonly #ending: Set<DataTransfer> = new Set();
  #removing = 0;
  /** ABOR was sent while the server was at a transfer: it owes two replies. */
  #owesTwo = false;
  /** Our own PWD behind ABOR has not been answered. */
  #probing = false;

  /** `removeAborted`: delete at the server what an aborted upload left there and the server takes for the whole file. */
  constructor(control: ControlConnections, removeAborted: boolean) {
    this.#control = control;
    this.#removeAborted = removeAborted;
  }

  /** For the timers: what is held open now. */
  get held(): string | undefined {
    return this.#held.size === 0 ? undefined : [...this.#held].map(({ id }) => id).join(" ");
  }

  /** Nothing was aborted, or all of it is over. */
  get isQuiet(): boolean {
    return this.#held.size === 0 && !this.#owesTwo && !this.isWaiting;
  }

  /** The server's replies are not complete: the next command's would be taken for the one that is missing. */
  get isWaiting(): boolean {
    return this.#ending.size > 0 || this.#control.awaits("ABOR") || this.#probing;
  }

  /** The transfer has its final reply, and ABOR has none: perhaps the one that came was ABOR's. */
  get mayLackReply(): boolean {
    return this.#owesTwo && this.#ending.size === 0 && !this.#probing;
  }

  /** What is to be done yet though the client is gone. */
  get isBusy(): boolean {
    const awaitsEnd = this.#removeAborted && [...this.#ending].some(isRemovable);
    return this.#held.size > 0 || this.#removing > 0 || awaitsEnd;
  }

  /** ABOR is on its way to the server, from the client or from us. */
  begin(transfer: DataTransfer, from: "client" | "gateway"): void {
    if (from === "gateway" && !this.#control.awaits("ABOR"))
      this.#control.ask("ABOR", undefined, () => this.answered());
    const { direction, data, final, upstream } = transfer;
    if (final === "none") {
      this.#ending.add(transfer);
      this.#owesTwo = true;
    }
    const isHeld = direction === "upload" && final === "none" && upstream === "open" && data !== "finishing";
    if (isHeld) this.#held.add(transfer);
    else transfer.reset("upstream");
  }

  /**
   * Pure-FTPd gives no final reply to a download whose data connection breaks before it reads ABOR. A command whose reply cannot
   * be mistaken for another's shows whether ABOR's is still to come.
   */
  probe(): void {
    this.#probing = true;
    const answered = (): void => {
      this.#probing = false;
      if (this.#owesTwo) this.#control.note("the server left out one of its two replies to ABOR");
      this.#control.complete("ABOR", gatewayReply("aborted"));
    };
    this.#control.ask("PWD", undefined, answered);
  }

  /** The server has answered ABOR: whatever it meant to do with the data it has done. */
  answered(): void {
    this.#owesTwo = false;
    for (const transfer of this.#held) this.#release(transfer);
  }

  /** The server has waited long enough. It has not read ABOR and may not do so before the data ends (vsftpd). */
  late(): void {
    for (const transfer of this.#held) {
      const text = `the server has not answered ABOR for ${limits.abortUploadMs / 1000} s`;
      this.#control.warn(
        `${text}: when its data connection closes it may take the part of ${nameOf(transfer)} for the whole file`,
      );
      this.#release(transfer);
    }
  }

  /** The server has said how the transfer ended. */
  ended(transfer: DataTransfer): void {
    if (this.#held.has(transfer)) this.#release(transfer);
    if (!this.#ending.delete(transfer)) return;
    if (transfer.direction !== "upload" || transfer.final !== "good") return;
    this.#control.warn(
      `the server said ${transfer.finalReply?.lines[0]} to an aborted upload: it takes the part of ${nameOf(transfer)} for the whole file`,
    );
    if (this.#removeAborted && isRemovable(transfer)) this.#remove(transfer);
  }

  forget(transfer: DataTransfer): void {
    this.#held.delete(transfer);
    this.#ending.delete(transfer);
  }

  #release(transfer: DataTransfer): void {
    this.#held.delete(transfer);
    transfer.reset("upstream");
  }

  #remove(transfer: DataTransfer): void {
    const name = argumentOf(transfer);
    this.#removing += 1;
    this.#control.ask("DELE", name, (reply) => {
      this.#removing -= 1;
      const outcome = reply.code < 300 ? "removed" : `not removed: ${reply.lines[0]}`;
      this.#control.warn(`the part of ${printable(name)} was ${outcome}`);
    });
  }
}

/** Nothing stood there before that is worth keeping, and its name is known. */
function isRemovable({ direction, verb, command }: DataTransfer): boolean {
  return direction === "upload" && verb === "STOR" && command?.restarted === false;
}

const argumentOf = ({ command }: DataTransfer): string => (command === undefined ? "" : argumentText(command.command));

const nameOf = (transfer: DataTransfer): string => printable(argumentOf(transfer)) || "the file";
