// TLS towards the server (RFC 4217): when it is asked for, and what must not be sent meanwhile. The client sees none of it.
import { type Reply, replyText } from "../reply.ts";
import { demandsDataTls, demandsTls } from "../tls-demand.ts";
import type { ControlConnections } from "./control-connections.ts";
import type { RelayConfig, ServerMemory, UpstreamTlsMode } from "./messages.ts";

/**
 * `asked`: AUTH has been sent. `handshake`: it was answered 234. `reconnecting`: the server hung up for want of TLS. `refused`: by
 * the server, once and for all.
 */
type State = "clear" | "reconnecting" | "asked" | "handshake" | "secure" | "refused";

export class UpstreamTls {
  readonly #control: ControlConnections;
  readonly #mode: UpstreamTlsMode;
  readonly #target: string;
  readonly #memory: ServerMemory;
  /** Ends the session: what was to be protected would not be. */
  readonly #fail: (text: string) => void;
  #state: State;
  #secured: () => void = () => {};
  /** The server has demanded TLS, and may hang up: what is then done on a new connection, once. */
  #reconnected: (() => void) | undefined;

  constructor(control: ControlConnections, config: RelayConfig, fail: (text: string) => void) {
    this.#control = control;
    this.#mode = config.upstreamTls ?? "off";
    this.#target = config.target;
    this.#memory = config.memory;
    this.#fail = fail;
    this.#state = this.#mode === "implicit" ? "secure" : "clear";
  }

  /** Another connection to the server is to be as this one was. */
  restart(): void {
    this.#state = this.#mode === "implicit" ? "secure" : "clear";
    this.#reconnected = undefined;
  }

  /** The way to the server is between the clear and TLS: nothing may be sent to it. */
  get isBusy(): boolean {
    return this.#state === "asked" || this.#state === "handshake" || this.#state === "reconnecting";
  }

  /** The server has agreed, and whatever came now in the clear somebody in between may have put there (CVE-2021-22947). */
  get isShaking(): boolean {
    return this.#state === "handshake";
  }

  get protectsData(): boolean {
    return this.#state === "secure";
  }

  /** Whether the server takes a password in the clear is not known: it must not get one before it has said so to USER. */
  get isUndecided(): boolean {
    return this.#mode === "auto" && this.#state === "clear" && this.#memory.takesClear !== true;
  }

  /** Behind the greeting: TLS where it is due now, then `greet`. */
  begin(greet: () => void): void {
    if (this.#state === "secure") {
      this.#protect();
      greet();
    } else if (this.#mode === "require" || (this.#mode === "auto" && this.#memory.wantsTls === true)) {
      this.#ask(greet, (reply) => this.#fail(this.#notOffered(reply)));
    } else greet();
  }

  /** Refused for want of TLS, which has not been tried. */
  isDemanded(reply: Reply): boolean {
    return this.#mode === "auto" && this.#state === "clear" && demandsTls(reply);
  }

  /** The server has refused to do without: TLS, then `secured`; or `refused`, with what the client is to be sent. */
  meet(demand: Reply, secured: () => void, refused: (reply: Reply) => void): void {
    this.#memory.wantsTls = true;
    this.#control.note(`the server demands TLS (${demand.lines[0]}): AUTH TLS is sent`);
    const giveUp = (reply: Reply): void => {
      const [first = "", ...others] = demand.lines;
      const why = `The tunnel's AUTH TLS was refused: ${reply.code} ${replyText(reply)}`;
      refused({ code: demand.code, lines: others.length === 0 ? [`${first} ${why}`] : demand.lines });
    };
    // What the client has pipelined behind would never be answered.
    if (this.#control.outstanding === 0)
      this.#reconnected = () => this.#ask(secured, (reply) => this.#fail(this.#notOffered(reply)));
    if (demand.code === 421) this.#reconnect();
    else this.#ask(secured, giveUp);
  }

  /** vsftpd hangs up behind its demand, too. False: the server is gone for another reason. */
  hungUp(): boolean {
    if (this.#state !== "asked" || this.#reconnected === undefined) return false;
    this.#reconnect();
    return true;
  }

  #reconnect(): void {
    this.#state = "reconnecting";
    this.#control.takeOutstanding();
    this.#control.emit({ type: "reconnect-upstream" });
  }

  /** By the server, on the new connection. */
  greetedAgain(reply: Reply): void {
    if (this.#state !== "reconnecting") return;
    const goOn = this.#reconnected;
    this.#reconnected = undefined;
    if (reply.code < 300) goOn?.();
    else this.#fail(`the FTP server said ${reply.lines[0]}`);
  }

  /** The handshake is done. */
  secured(): void {
    if (this.#state !== "handshake") return;
    this.#state = "secure";
    this.#control.note("the control connection to the server is inside TLS");
    this.#protect();
    this.#secured();
  }

  /** The login was taken. */
  loggedIn(): void {
    if (this.#state === "clear") this.#memory.takesClear = true;
  }

  /** A transfer was refused for want of TLS: the next session has it. */
  explain(reply: Reply): Reply {
    if (this.#mode !== "auto" || this.#state !== "clear" || !demandsDataTls(reply)) return reply;
    this.#memory.wantsTls = true;
    this.#control.note(`the server demands TLS for data (${reply.lines[0]}): the next session begins with AUTH TLS`);
    const [first = "", ...others] = reply.lines;
    if (others.length > 0) return reply;
    return { code: reply.code, lines: [`${first} Log in again: the tunnel then uses TLS towards this server.`] };
  }

  #ask(secured: () => void, refused: (reply: Reply) => void): void {
    this.#state = "asked";
    this.#control.ask("AUTH", "TLS", (reply) => {
      if (reply.code === 234) {
        this.#state = "handshake";
        this.#reconnected = undefined;
        this.#secured = secured;
        this.#control.emit({ type: "secure-upstream" });
      } else {
        this.#state = "refused";
        refused(reply);
      }
    });
  }

  /** RFC 4217 section 9, pipelined with what follows. PBSZ has one value only, and some servers do not know it. */
  #protect(): void {
    this.#control.ask("PBSZ", "0");
    this.#control.ask("PROT", "P", (reply) => {
      if (reply.code >= 300)
        this.#fail(
          `${this.#target} does not protect data connections: it said ${reply.code} ${replyText(reply)} to PROT P. Its data would go in the clear; --server-tls off allows that`,
        );
    });
  }

  #notOffered(reply: Reply): string {
    const said = `${this.#target} does not offer TLS: it said ${reply.code} ${replyText(reply)} to AUTH TLS`;
    return `${said}. Nothing is sent without it (--server-tls off does without; implicit is for servers that have it from the first byte)`;
  }
}
