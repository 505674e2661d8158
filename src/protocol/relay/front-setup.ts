// PASV, EPSV, LPSV, PORT, EPRT, LPRT: the gateway is the server here and answers them itself.
import { argumentText, type Command } from "../command.ts";
import { parseEprt } from "../extended-address.ts";
import { type HostPort, parsePort } from "../host-port.ts";
import { parseLprt } from "../long-address.ts";
import type { BackPreparation } from "./back-preparation.ts";
import { type Exchange, newExchange } from "./exchange.ts";
import type { RelayCore } from "./relay-core.ts";
import type { Slot } from "./reply-order.ts";
import { gatewayReply, passiveReply } from "./texts.ts";

const portParsers: Readonly<Record<string, (argument: string) => HostPort>> = {
  PORT: parsePort,
  EPRT: parseEprt,
  LPRT: parseLprt,
};

export class FrontSetup {
  readonly #core: RelayCore;
  readonly #back: BackPreparation;
  /** Passive commands whose listener is being made. */
  readonly #waiting: Map<number, { readonly verb: string; readonly slot: Slot }> = new Map();

  constructor(core: RelayCore, back: BackPreparation) {
    this.#core = core;
    this.#back = back;
  }

  handle(command: Command): void {
    const { verb } = command;
    if (!this.#core.loggedIn) this.#core.answer(verb, gatewayReply("loginFirst"));
    else if (this.#core.epsvAll && verb !== "EPSV") this.#core.answer(verb, gatewayReply("afterEpsvAll", verb));
    else if (verb in portParsers) this.#port(command);
    else this.#passive(command);
  }

  listening(exchange: Exchange, address: HostPort): void {
    const waiting = this.#waiting.get(exchange.id);
    if (waiting === undefined) return;
    this.#waiting.delete(exchange.id);
    this.#core.order.answer(waiting.slot, passiveReply(waiting.verb, address), "gateway");
  }

  /** True when the failure was a listener's and is answered. */
  listenFailed(exchange: Exchange, text: string): boolean {
    const waiting = this.#waiting.get(exchange.id);
    if (waiting === undefined) return false;
    this.#waiting.delete(exchange.id);
    exchange.front = undefined;
    this.#core.order.answer(waiting.slot, gatewayReply("noDataConnection", text), "gateway");
    return true;
  }

  /** The exchange for the next transfer, with no front end as yet. */
  fresh(): Exchange {
    const { current } = this.#core;
    if (current !== undefined) {
      this.#supersede(current);
      if (current.back.state === "failed") Object.assign(current.back, { state: "unprepared", failure: "" });
      return current;
    }
    const method = this.#core.methods[this.#core.methodIndex] as Exchange["back"]["method"];
    const made = newExchange(this.#core.nextExchangeId(), method);
    this.#core.current = made;
    return made;
  }

  #supersede(exchange: Exchange): void {
    const waiting = this.#waiting.get(exchange.id);
    if (waiting !== undefined) {
      // Another PASV before the first was answered: that listener will never be.
      this.#waiting.delete(exchange.id);
      this.#core.order.answer(
        waiting.slot,
        gatewayReply("noDataConnection", "superseded by the next command"),
        "gateway",
      );
    }
    if (exchange.front !== undefined) this.#core.emit({ type: "forget-front", id: exchange.id });
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
      exchange.front = { kind: "passive", state: "opening" };
      this.#waiting.set(exchange.id, { verb, slot: this.#core.order.open(verb) });
      this.#core.emit({ type: "listen-front", id: exchange.id });
      this.#back.begin(exchange);
    }
  }

  #port(command: Command): void {
    const { verb } = command;
    let target: HostPort;
    try {
      target = (portParsers[verb] as (argument: string) => HostPort)(argumentText(command));
    } catch (error) {
      this.#forget();
      this.#core.answer(verb, gatewayReply("badArgument", verb, (error as Error).message));
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

  /** A refused PORT forgets the earlier one, lest the next transfer goes where nobody asked (RFC 2577). */
  #forget(): void {
    if (this.#core.current !== undefined) this.#supersede(this.#core.current);
  }
}
