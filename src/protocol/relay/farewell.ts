// How a session ends: who is told what, and what may still arrive whole.
import { formatReply, type Reply } from "../reply.ts";
import type { Commands } from "./commands.ts";
import type { RelayCore } from "./relay-core.ts";
import { gatewayReply } from "./texts.ts";
import type { Transfers } from "./transfers.ts";

interface LastWords {
  readonly reason: string;
  /** The server's own 421, where it said one. */
  readonly reply: Reply | undefined;
}

export class Farewell {
  readonly #core: RelayCore;
  readonly #transfers: Transfers;
  readonly #commands: Commands;
  #clientEnded = false;
  /** The client is told nothing more; what it has aborted is yet to be ended at the server. */
  #parting: string | undefined;
  /** The server is gone; a file that it has confirmed is still on its way to the client. */
  #lastWords: LastWords | undefined;

  constructor(core: RelayCore, transfers: Transfers, commands: Commands) {
    this.#core = core;
    this.#transfers = transfers;
    this.#commands = commands;
  }

  /** What the client has asked for is still answered; a client that dies in mid-transfer sends end-of-file as well. */
  clientEnded(): void {
    this.#clientEnded = true;
    if (this.#core.running.size > 0 || this.#commands.heldCount > 0) this.clientGone();
  }

  /** Its half upload must not look whole. */
  clientGone(): void {
    this.silently("the client is gone");
  }

  get isParting(): boolean {
    return this.#parting !== undefined;
  }

  /** End-of-file, a break (`text` says why), or 421, which may come at any time (RFC 959 section 5.4). */
  serverGone(text: string | undefined, reply?: Reply): void {
    if (this.#lastWords !== undefined) return;
    this.#core.serverIsGone = true;
    if (this.#parting !== undefined) {
      this.#close(this.#parting);
      return;
    }
    const reason = text ?? "the FTP server closed the control connection";
    this.#lastWords = { reason, reply };
    const broke = text !== undefined && reply === undefined;
    this.#transfers.abandon({ tellServer: false, all: broke });
    this.goOn();
  }

  /** The session is over now: 421 to the client. Breaks what is under way. */
  now(text: string): void {
    if (this.#parting !== undefined) {
      this.#close(this.#parting);
      return;
    }
    this.#say(gatewayReply("closing", text), "gateway");
    this.silently(text);
  }

  /** The client is told nothing more: it is gone, or no FTP client. */
  silently(reason: string): void {
    if (this.#parting !== undefined) return;
    this.#core.clientIsGone = true;
    this.#transfers.abandon({ tellServer: !this.#core.serverIsGone, all: true });
    this.#parting = reason;
    this.goOn();
  }

  /** Something happened: perhaps the last thing that was waited for. */
  goOn(): void {
    if (this.#core.closed) return;
    if (this.#parting !== undefined) {
      if (!this.#transfers.aborts.isBusy) this.#close(this.#parting);
      return;
    }
    const answered = this.#core.order.length === 0 && this.#commands.heldCount === 0;
    if (this.#lastWords !== undefined && this.#core.running.size === 0) this.#sayLast(this.#lastWords, answered);
    else if (this.#clientEnded && answered) this.#close("the client is done");
  }

  #sayLast({ reason, reply }: LastWords, answered: boolean): void {
    if (reply !== undefined) this.#say(reply, "server");
    else if (!(this.#commands.quitting && answered)) this.#say(gatewayReply("closing", reason), "gateway");
    this.#close(reason);
  }

  /** Past all order: after 421 nothing else is answered. */
  #say(reply: Reply, origin: "gateway" | "server"): void {
    this.#core.emit({ type: "replied", side: "downstream", origin, reply });
    this.#core.emit({ type: "write-downstream", bytes: formatReply(reply) });
  }

  #close(reason: string): void {
    this.#core.closed = true;
    this.#core.emit({ type: "close", reason });
  }
}
