// PASV, EPSV, LPSV, PORT, EPRT, LPRT: the gateway is the server here and answers them itself.

import { argumentText, type Command } from "../command.ts";
import { parseEprt } from "../extended-address.ts";
import { atClient, type HostPort, parsePort } from "../host-port.ts";
import { parseLprt } from "../long-address.ts";
import { ownEntry } from "../own-entry.ts";
import type { Reply } from "../reply.ts";
import type { BackPreparation } from "./back-preparation.ts";
import { type Exchange, newExchange } from "./exchange.ts";
import type { RelayCore } from "./relay-core.ts";
import { argumentReply, gatewayReply, passiveReply } from "./texts.ts";

const portParsers: Readonly<Record<string, (argument: string) => HostPort>> = {
  PORT: parsePort,
  EPRT: parseEprt,
  LPRT: parseLprt,
};

const superseded = "superseded by the next command";

export class FrontSetup {
  readonly #core: RelayCore;
  readonly #back: BackPreparation;

  constructor(core: RelayCore, back: BackPreparation) {
    this.#core = core;
    this.#back = back;
  }

  handle(command: Command): void {
    const { verb } = command;
    if (!this.#core.loggedIn) this.#core.answer(verb, gatewayReply("loginFirst"));
    else if (this.#core.epsvAll && verb !== "EPSV") this.#core.answer(verb, gatewayReply("afterEpsvAll", verb));
    else if (Object.hasOwn(portParsers, verb)) this.#port(command);
    else this.#passive(command);
  }

  listening(exchange: Exchange, address: HostPort): void {
    const { front } = exchange;
    if (front?.asked === undefined) return;
    const { verb, slot } = front.asked;
    let reply: Reply;
    try {
      reply = passiveReply(verb, address);
    } catch (error) {
      // An address that 227 cannot carry: IPv6, or a name.
      this.#core.giveUpFront(exchange, (error as Error).message);
      this.#forgetFront(exchange);
      return;
    }
    front.asked = undefined;
    this.#core.order.answer(slot, reply, "gateway");
  }

  /** The listener could not be had, or broke. */
  listenFailed(exchange: Exchange, text: string): void {
    if (exchange.front?.asked === undefined) return;
    this.#core.giveUpFront(exchange, text);
    exchange.front = undefined;
  }

  /** The exchange for the next transfer, with no front end as yet. */
  fresh(): Exchange {
    // What a server keeps of PASV or PORT after a refusal, each server decides for itself: ask again.
    if (this.#core.current?.refused) this.abandon(superseded);
    const { current } = this.#core;
    if (current !== undefined) {
      this.#supersede(current, superseded);
      if (current.back.state === "failed") Object.assign(current.back, { state: "unprepared", failure: "" });
      return current;
    }
    const method = this.#core.methods[this.#core.methodIndex] as Exchange["back"]["method"];
    const made = newExchange(this.#core.nextExchangeId(), method);
    this.#core.current = made;
    return made;
  }

  /** What was prepared for the next transfer is void. */
  abandon(text: string): void {
    const { current } = this.#core;
    if (current === undefined) return;
    this.#supersede(current, text);
    this.#core.current = undefined;
    this.#core.emit({ type: "drop", id: current.id });
  }

  #supersede(exchange: Exchange, text: string): void {
    this.#core.giveUpFront(exchange, text);
    if (exchange.front !== undefined) this.#forgetFront(exchange);
  }

  #forgetFront(exchange: Exchange): void {
    this.#core.emit({ type: "forget-downstream", id: exchange.id });
    exchange.front = undefined;
  }

  #passive(command: Command): void {
    const { verb } = command;
    const argument = argumentText(command).trim().toUpperCase();
    const family = String(this.#core.config.frontFamily === 4 ? 1 : 2);
    if (verb === "EPSV" && argument === "ALL") {
      this.#core.epsvAll = true;
      this.#core.answer(verb, gatewayReply("epsvAll"));
    } else if (verb === "EPSV" && argument !== "" && argument !== family) {
      this.#core.answer(verb, gatewayReply("wrongFamily", family));
    } else if (verb === "PASV" && this.#core.config.frontFamily === 6) {
      this.#core.answer(verb, gatewayReply("pasvNeedsIpv4"));
    } else {
      const exchange = this.fresh();
      exchange.front = { kind: "passive", asked: { verb, slot: this.#core.order.open(verb) }, state: "opening" };
      this.#core.emit({ type: "listen-downstream", id: exchange.id });
      this.#back.begin(exchange);
    }
  }

  #port(command: Command): void {
    const { verb } = command;
    let target: HostPort;
    try {
      const asked = (ownEntry(portParsers, verb) as (argument: string) => HostPort)(argumentText(command));
      target = atClient(asked, this.#core.config.clientHost);
    } catch (error) {
      this.#forget();
      this.#core.answer(verb, argumentReply(verb, error));
      return;
    }
    const verdict = this.#core.config.judgePort(target);
    if (!verdict.allowed) {
      this.#forget();
      this.#core.answer(verb, gatewayReply("portRefused", verb, verdict.why));
      return;
    }
    const exchange = this.fresh();
    exchange.front = { kind: "active", target, state: "idle" };
    this.#core.answer(verb, gatewayReply("portAccepted", verb));
    this.#back.begin(exchange);
  }

  /** A refused PORT forgets the earlier one, so that the next transfer does not go where nobody asked (RFC 2577). */
  #forget(): void {
    if (this.#core.current !== undefined) this.#supersede(this.#core.current, superseded);
  }
}
