// How a session ends: who is sent what, and what may still arrive whole.
import type { Reply } from "../reply.ts";
import type { Aborts } from "./aborts.ts";
import type { Commands } from "./commands.ts";
import type { ControlConnections } from "./control-connections.ts";
import { gatewayReply } from "./texts.ts";
import type { TransferQueue } from "./transfer-queue.ts";
import type { Transfers } from "./transfers.ts";

interface ServerEnd {
  readonly reason: string;
  /** The server's own 421, where it said one. */
  readonly finalReply: Reply | undefined;
}

interface SessionParts {
  readonly control: ControlConnections;
  readonly queue: TransferQueue;
  readonly aborts: Aborts;
  readonly transfers: Transfers;
  readonly commands: Commands;
}

export class Shutdown {
  readonly #parts: SessionParts;
  #clientEnded = false;
  /** The client is sent nothing more; what it has aborted is yet to be ended at the server. */
  #reason: string | undefined;
  /** The server is gone; a file that it has confirmed is still on its way to the client. */
  #serverEnd: ServerEnd | undefined;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  /** What the client has asked for is still answered; a client that dies in mid-transfer sends end-of-file as well. */
  clientEnded(): void {
    this.#clientEnded = true;
    if (this.#parts.queue.runningCount > 0 || this.#parts.commands.heldCount > 0) this.clientGone();
  }

  /** Its half upload must not look whole. */
  clientGone(): void {
    this.silently("the client is gone");
  }

  get hasBegun(): boolean {
    return this.#reason !== undefined;
  }

  /** End-of-file, a break (`text` says why), or 421, which may come at any time (RFC 959 section 5.4). */
  serverGone(text: string | undefined, finalReply?: Reply): void {
    const { control, transfers } = this.#parts;
    if (this.#serverEnd !== undefined) return;
    control.loseServer();
    if (this.#reason !== undefined) {
      control.close(this.#reason);
      return;
    }
    this.#serverEnd = { reason: text ?? "the FTP server closed the control connection", finalReply };
    const broke = text !== undefined && finalReply === undefined;
    transfers.abandon({ tellServer: false, all: broke });
    this.proceed();
  }

  /** The session is over now: 421 to the client. Breaks what is under way. */
  now(text: string): void {
    const { control } = this.#parts;
    if (this.#reason !== undefined) {
      control.close(this.#reason);
      return;
    }
    control.sendLast(gatewayReply("closing", text), "gateway");
    this.silently(text);
  }

  /** The client is sent nothing more: it is gone, or no FTP client. */
  silently(reason: string): void {
    const { control, transfers } = this.#parts;
    if (this.#reason !== undefined) return;
    control.stopClient();
    transfers.abandon({ tellServer: !control.serverIsGone, all: true });
    this.#reason = reason;
    this.proceed();
  }

  /** Something happened: perhaps the last thing that was waited for. */
  proceed(): void {
    const { control, queue, aborts, commands } = this.#parts;
    if (control.isClosed) return;
    if (this.#reason !== undefined) {
      if (!aborts.isBusy) control.close(this.#reason);
      return;
    }
    const answered = control.unanswered === 0 && commands.heldCount === 0;
    if (this.#serverEnd !== undefined && queue.runningCount === 0) this.#sendFinalReply(this.#serverEnd, answered);
    else if (this.#clientEnded && answered) control.close("the client is done");
  }

  #sendFinalReply({ reason, finalReply }: ServerEnd, answered: boolean): void {
    const { control, commands } = this.#parts;
    if (finalReply !== undefined) control.sendLast(finalReply, "server");
    else if (!(commands.quitting && answered)) control.sendLast(gatewayReply("closing", reason), "gateway");
    control.close(reason);
  }
}
