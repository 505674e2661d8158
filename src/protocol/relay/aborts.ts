// What is aborted in the middle: the server is told ABOR, and only then does its data connection close. To a server that
// receives, the end of the data is the end of the file; one that sends may leave out a reply when its data connection breaks.
import { argumentText } from "../command.ts";
import { limits } from "../limits.ts";
import { printable } from "../printable.ts";
import type { Exchange, Transfer } from "./exchange.ts";
import type { RelayCore } from "./relay-core.ts";

export class Aborts {
  readonly #core: RelayCore;
  /** Exchanges of which the server was told ABOR and has not answered: its data connection is still open. */
  readonly #held: Set<Exchange> = new Set();
  /** Those whose transfer ABOR is to end, until the server has said how it ended. */
  readonly #ending: Set<Exchange> = new Set();
  #removing = 0;

  constructor(core: RelayCore) {
    this.#core = core;
  }

  /** For the timers: what is held open now, and how long it may be. */
  get held(): { readonly purpose: string; readonly delayMs: number } | undefined {
    if (this.#held.size === 0) return undefined;
    const held = [...this.#held];
    const isUpload = held.some(({ transfer }) => transfer?.direction === "upload");
    return {
      purpose: held.map(({ id }) => id).join(" "),
      delayMs: isUpload ? limits.abortUploadMs : limits.abortDownloadMs,
    };
  }

  /** The server's replies are not complete: the next command's would be taken for the one that is missing. */
  get isWaiting(): boolean {
    return this.#ending.size > 0 || this.#core.outstanding.has("ABOR");
  }

  /** What is to be done yet though the client is gone. */
  get isBusy(): boolean {
    const awaitsEnd = this.#core.config.removeAborted === true && [...this.#ending].some(isRemovable);
    return this.#held.size > 0 || this.#removing > 0 || awaitsEnd;
  }

  /** ABOR is on its way to the server, from the client or from us. */
  begin(exchange: Exchange, from: "client" | "gateway"): void {
    const { transfer } = exchange;
    if (from === "gateway" && !this.#core.outstanding.has("ABOR")) {
      this.#core.ask("ABOR", undefined, { verb: "ABOR", kind: "plain", onFinal: () => this.answered() });
    }
    if (transfer?.final === "none") this.#ending.add(exchange);
    const mayWait = transfer?.final === "none" && exchange.back.state === "open" && transfer.data !== "finishing";
    if (mayWait) this.#hold(exchange, transfer);
    else this.#core.emit({ type: "reset", id: exchange.id, side: "upstream" });
  }

  #hold(exchange: Exchange, { direction }: Transfer): void {
    this.#held.add(exchange);
    // Blocked in a write, Pure-FTPd does not see ABOR, and leaves out a reply when the write fails.
    if (direction === "download") this.#core.emit({ type: "discard", id: exchange.id });
  }

  /** The server has answered ABOR: whatever it meant to do with the data it has done. */
  answered(): void {
    for (const exchange of this.#held) this.#release(exchange);
  }

  /** The server has waited long enough. It has not read ABOR and may not do so before the data ends (vsftpd). */
  late(): void {
    for (const exchange of this.#held) {
      const { transfer } = exchange;
      if (transfer?.direction === "upload") {
        const text = `the server has not answered ABOR for ${limits.abortUploadMs / 1000} s`;
        this.#core.warn(
          `${text}: when its data connection closes it may take the part of ${nameOf(transfer)} for the whole file`,
        );
      }
      this.#release(exchange);
    }
  }

  /** The server has said how the transfer ended. */
  ended(exchange: Exchange, transfer: Transfer): void {
    if (this.#held.has(exchange)) this.#release(exchange);
    if (!this.#ending.delete(exchange)) return;
    if (transfer.direction !== "upload" || transfer.final !== "good") return;
    this.#core.warn(
      `the server said ${transfer.finalReply?.lines[0]} to an aborted upload: it takes the part of ${nameOf(transfer)} for the whole file`,
    );
    if (this.#core.config.removeAborted === true && isRemovable(exchange)) this.#remove(transfer);
  }

  forget(exchange: Exchange): void {
    this.#held.delete(exchange);
    this.#ending.delete(exchange);
  }

  #release(exchange: Exchange): void {
    this.#held.delete(exchange);
    this.#core.emit({ type: "reset", id: exchange.id, side: "upstream" });
  }

  #remove({ command }: Transfer): void {
    this.#removing += 1;
    const name = argumentText(command);
    this.#core.ask("DELE", name, {
      verb: "DELE",
      kind: "plain",
      onFinal: (reply) => {
        this.#removing -= 1;
        const outcome = reply.code < 300 ? "removed" : `not removed: ${reply.lines[0]}`;
        this.#core.warn(`the part of ${printable(name)} was ${outcome}`);
      },
    });
  }
}

/** Nothing stood there before that is worth keeping, and its name is known. */
function isRemovable({ transfer }: Exchange): boolean {
  return transfer?.direction === "upload" && transfer.verb === "STOR" && !transfer.restarted;
}

const nameOf = ({ command }: Transfer): string => printable(argumentText(command)) || "the file";
