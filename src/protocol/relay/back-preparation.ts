// Makes the back end of an exchange ready: EPSV, else PASV, else active; or active or default-port alone. The gateway's own
// commands are on their way to the server in the moment in which the client's PASV or PORT is answered.

import { argumentText, type Command } from "../command.ts";
import { formatEprt } from "../extended-address.ts";
import { formatPort, type HostPort } from "../host-port.ts";
import { ipFamily } from "../ip-address.ts";
import { parsePassive } from "../passive-reply.ts";
import { type Reply, replyText } from "../reply.ts";
import type { BackMethod, Exchange } from "./exchange.ts";
import type { RelayCore } from "./relay-core.ts";

/** Data ports below this are refused: a server's service is not a data port (RFC 2577 section 3). */
const dataPortMin = 1024;

export class BackPreparation {
  readonly #core: RelayCore;
  /** Called whenever an exchange's back end became ready or failed for good. */
  readonly #settled: (exchange: Exchange) => void;

  constructor(core: RelayCore, settled: (exchange: Exchange) => void) {
    this.#core = core;
    this.#settled = settled;
  }

  /** Start, unless it has started. `command`: the transfer, once it is known; before that a server that wants PRET is not asked. */
  begin(exchange: Exchange, command?: Command): void {
    if (exchange.back.state !== "unprepared") return;
    if (this.waitsForTransfer) {
      if (command === undefined) return;
      this.#announce(exchange, command);
    }
    this.#try(exchange, this.#core.methods[this.#core.methodIndex] as BackMethod);
  }

  /** The server listens for a transfer that it knows, and for no other. */
  get waitsForTransfer(): boolean {
    const { config, methods, methodIndex, pretSent } = this.#core;
    const method = methods[methodIndex];
    return config.memory.wantsPret === true && !pretSent && (method === "epsv" || method === "pasv");
  }

  /** The transfer command may follow at once: its place in the conversation is settled. */
  mayFollow(exchange: Exchange): boolean {
    const { state, method } = exchange.back;
    if (state === "unprepared" || state === "listening") return false;
    if (method === "epsv" || method === "pasv") return this.#passiveMayFollow(exchange);
    return state !== "asked" || this.#core.methodProven;
  }

  /**
   * The first data connection is made before the transfer command: if it is refused, another method can still be tried, and
   * no server is left waiting for it (vsftpd hears nothing meanwhile, for a minute). Once one has worked, both go together.
   */
  #passiveMayFollow(exchange: Exchange): boolean {
    const { state } = exchange.back;
    if (!this.#core.config.memory.passiveReaches) {
      this.connect(exchange);
      return state === "open" || state === "failed";
    }
    return state !== "asked" || this.#core.methodProven;
  }

  /** Passive: connect, once the port is known. */
  connect(exchange: Exchange): void {
    const { back } = exchange;
    if (back.state !== "ready" || (back.method !== "epsv" && back.method !== "pasv")) return;
    back.state = "opening";
    this.#core.emit({ type: "connect-upstream", id: exchange.id, port: back.port });
  }

  opened(exchange: Exchange): void {
    const { back } = exchange;
    back.state = "open";
    if (back.method === "epsv" || back.method === "pasv") this.#core.config.memory.passiveReaches = true;
  }

  /** Before there is a transfer. */
  connectFailed(exchange: Exchange, text: string): void {
    if (exchange.back.state === "opening") this.#failed(exchange, text);
  }

  /** The remote end listens: tell the server where. */
  listening(exchange: Exchange, address: HostPort, warning?: string): void {
    if (exchange.back.state !== "listening") return;
    exchange.back.warning = warning;
    if (exchange.back.method === "default-port") {
      this.#ready(exchange);
      return;
    }
    const extended = ipFamily(address.host) === 6;
    const verb = extended ? "EPRT" : "PORT";
    let argument: string;
    try {
      argument = extended ? formatEprt(address) : formatPort(address);
    } catch (error) {
      this.#failed(exchange, (error as Error).message);
      return;
    }
    exchange.back.state = "asked";
    this.#core.ask(verb, argument, {
      verb,
      kind: "plain",
      onFinal: (reply) => {
        if (reply.code < 300) this.#ready(exchange);
        else this.#failed(exchange, `the FTP server refused ${verb}: ${reply.code} ${replyText(reply)}`);
      },
    });
  }

  listenFailed(exchange: Exchange, text: string): void {
    if (exchange.back.state === "listening") this.#failed(exchange, text);
  }

  /** A data connection by the method in force could not be had: the next exchange tries another one. */
  demote(): void {
    const { methods } = this.#core;
    this.#core.methodIndex = (this.#core.methodIndex + 1) % methods.length;
    this.#core.methodProven = false;
    this.#core.config.memory.passiveReaches = false;
    if (methods.length > 1)
      this.#core.note(`next transfer tries ${methods[this.#core.methodIndex]} towards the server`);
  }

  #try(exchange: Exchange, method: BackMethod): void {
    exchange.back.method = method;
    if (method === "active" || method === "default-port") {
      exchange.back.state = "listening";
      this.#core.emit({ type: "listen-upstream", id: exchange.id, how: method });
      return;
    }
    exchange.back.state = "asked";
    const verb = method.toUpperCase();
    this.#core.ask(verb, undefined, {
      verb,
      kind: "plain",
      onFinal: (reply) => this.#passiveAnswered(exchange, verb, reply),
    });
  }

  /** Pipelined with the question for the port. */
  #announce(exchange: Exchange, command: Command): void {
    const argument = [command.verb, argumentText(command)].filter((word) => word !== "").join(" ");
    this.#core.pretSent = true;
    this.#core.ask("PRET", argument, {
      verb: "PRET",
      kind: "plain",
      onFinal: (reply) => {
        if (reply.code < 300) return;
        if ([500, 502, 504].includes(reply.code)) this.#core.config.memory.wantsPret = false;
        else exchange.back.refusal = reply;
      },
    });
  }

  #passiveAnswered(exchange: Exchange, verb: string, reply: Reply): void {
    const { back } = exchange;
    // DrFTPD: `500 You need to use a client supporting PRET (PRE Transfer) to use PASV`.
    const asksForPret = reply.code >= 500 && /\bPRET\b/.test(replyText(reply));
    if (asksForPret && !this.#core.pretSent && exchange.transfer === undefined) {
      this.#core.config.memory.wantsPret = true;
      this.#core.note("the server wants PRET before it listens: it is sent before each transfer from now on");
      back.state = "unprepared";
      this.#settled(exchange);
      return;
    }
    if (reply.code >= 300) {
      this.#failed(exchange, `the FTP server refused ${verb}: ${reply.code} ${replyText(reply)}`);
      return;
    }
    const port = readPort(reply);
    if (typeof port === "string") {
      this.#failed(exchange, `${port} in the server's answer to ${verb}: ${reply.lines[0]}`);
      return;
    }
    exchange.back.port = port;
    this.#ready(exchange);
  }

  #ready(exchange: Exchange): void {
    // A pipelined transfer's data connection may have overtaken the answer to PORT.
    if (exchange.back.state !== "open") exchange.back.state = "ready";
    this.#core.methodProven = true;
    this.#settled(exchange);
  }

  /** On to the next method where the mode has one; a transfer that has already followed is the server's to refuse. */
  #failed(exchange: Exchange, why: string): void {
    const { back } = exchange;
    back.failure = back.failure === "" ? why : `${back.failure}; ${why}`;
    const { methods } = this.#core;
    const next = methods.indexOf(back.method) + 1;
    const following = methods[next];
    this.#core.methodProven = false;
    if (following !== undefined && exchange.transfer === undefined && back.refusal === undefined) {
      this.#core.note(`${why}: trying ${following}`);
      this.#core.methodIndex = next;
      this.#try(exchange, following);
      return;
    }
    this.#core.methodIndex = 0;
    back.state = "failed";
    this.#settled(exchange);
  }
}

/** The port of a passive reply; the host in it is never used (it is what NAT breaks, and a way to be sent elsewhere). */
function readPort(reply: Reply): number | string {
  let port: number;
  try {
    port = parsePassive(reply).port;
  } catch {
    return "no address";
  }
  return port >= dataPortMin ? port : `port ${port}, which is not a data port,`;
}
