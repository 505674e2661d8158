// The server's next data port, asked for behind a download: the answer comes with that transfer's last reply, one round trip before
// the client asks. Then the data connection is open before the next transfer, and has our end-of-file by then: the system of the SSH
// host acknowledges the server's own end at once instead of 40 ms later, for which vsftpd waits with its 226. Only for servers that
// read nothing during a transfer; others would take it for the wish to end that transfer, or read ABOR behind it too late.
import { answersAsVsftpd } from "../client/orderly-servers.ts";
import { limits } from "../limits.ts";
import type { Reply } from "../reply.ts";
import type { ControlConnections } from "./control-connections.ts";

type OnReply = (reply: Reply) => void;

interface Asked {
  reply: Reply | undefined;
  onReply: OnReply | undefined;
}

export class PortAhead {
  readonly #control: ControlConnections;
  #mayAsk = false;
  /** The client is at several transfers: none is a single one while another has ended a moment ago. */
  #isBusy = false;
  /** Each session that holds one for a moment would take it from another one. */
  #isScarce = false;
  readonly #portsSeen: number[] = [];
  #asked: Asked | undefined;

  constructor(control: ControlConnections) {
    this.#control = control;
  }

  /** The server reads nothing during a transfer, as its greeting says. */
  allow(): void {
    this.#mayAsk = true;
  }

  get isAllowed(): boolean {
    return this.#mayAsk;
  }

  /** A command for a port has been sent that nobody has taken. */
  get isAsked(): boolean {
    return this.#asked !== undefined;
  }

  /** Whether {@link late} is to come where no transfer follows. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** The server has named this one. In other words than vsFTPd's it is one that borrows its greeting. */
  seen(port: number, reply: Reply): void {
    this.#mayAsk &&= answersAsVsftpd(reply);
    this.#isScarce ||= this.#portsSeen.includes(port);
    this.#portsSeen.push(port);
    if (this.#portsSeen.length > limits.portsSeenMax) this.#portsSeen.shift();
  }

  /** A transfer's command has been sent; `isFit`: one behind which a port may be asked for. */
  behind(isFit: boolean): void {
    const isOneOfMany = this.#isBusy;
    this.#isBusy = true;
    const mayAsk = this.#mayAsk && isOneOfMany && isFit && !this.#isScarce;
    if (mayAsk && this.#asked === undefined) this.#ask();
  }

  #ask(): void {
    const asked: Asked = { reply: undefined, onReply: undefined };
    this.#asked = asked;
    this.#control.ask("EPSV", undefined, (reply) => {
      asked.reply = reply;
      if (asked.onReply !== undefined) asked.onReply(reply);
      else if (!this.#isBusy) this.late();
    });
  }

  /** For the next transfer; false where nothing was asked for, or refused. */
  take(onReply: OnReply): boolean {
    const asked = this.#asked;
    this.#asked = undefined;
    if (asked === undefined || (asked.reply !== undefined && asked.reply.code >= 300)) return false;
    if (asked.reply === undefined) asked.onReply = onReply;
    else onReply(asked.reply);
    return true;
  }

  /** REIN: nothing of the session is left at the server. */
  forget(): void {
    this.#asked = undefined;
    this.#isBusy = false;
  }

  /** No transfer has followed. A port that stays open is one less for others, and might be connected to by somebody else. */
  late(): void {
    this.#isBusy = false;
    const reply = this.#asked?.reply;
    if (reply === undefined) return;
    this.#asked = undefined;
    // Whatever is wrong with it: the port of the passive mode is closed first.
    if (reply.code < 300) this.#control.ask("PORT", "0,0,0,0,0,0");
  }
}
