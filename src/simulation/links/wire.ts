// A cable, or a network of several hosts: whoever is attached reaches the others after its latency, at its rate.

import type { Cidr } from "../../protocol/cidr.ts";
import type { Simulation } from "../simulation.ts";
import { type Packet, sizeOf } from "./packet.ts";

/** Whatever can be attached to a wire. */
export interface Node {
  readonly name: string;
  receive(packet: Packet, at: Interface): void;
}

/** One address of a node on one wire. */
export interface Interface {
  readonly node: Node;
  readonly wire: Wire;
  readonly address: string;
  readonly network: Cidr;
}

export interface WireOptions {
  /** Milliseconds from one end to the other. Default 0.5. */
  readonly latencyMs?: number;
  /** Bytes that an interface can send in a millisecond; more waits in front of it, without bound. Default no limit. */
  readonly bytesPerMs?: number;
}

/** What becomes of a packet: it is lost, or comes later than it would. */
export type Verdict = "pass" | "drop" | { readonly delayMs: number };
/** The first rule that has a verdict decides; `undefined` asks the next one. */
export type FaultRule = (packet: Packet) => Verdict | undefined;

/** Linux asks three times for an address of the same network, once a second (RFC 826). */
const neighbourMs = 3000;

export class Wire {
  readonly name: string;
  readonly #simulation: Simulation;
  readonly #latencyMs: number;
  readonly #bytesPerMs: number;
  readonly #interfaces: Interface[] = [];
  readonly #rules: Set<FaultRule> = new Set();
  /** When each interface has sent all that waits in front of it. */
  readonly #freeMs: Map<Interface, number> = new Map();

  constructor(simulation: Simulation, name: string, options: WireOptions = {}) {
    this.#simulation = simulation;
    this.name = name;
    this.#latencyMs = options.latencyMs ?? 0.5;
    this.#bytesPerMs = options.bytesPerMs ?? Number.POSITIVE_INFINITY;
  }

  attach(own: Interface): void {
    this.#interfaces.push(own);
  }

  /** A fault, until the returned function is called. */
  rule(rule: FaultRule): () => void {
    this.#rules.add(rule);
    return () => this.#rules.delete(rule);
  }

  /** From an interface to the neighbour `nextHop`; `unreachable` is called when nobody there has that address. */
  transmit(from: Interface, nextHop: string, packet: Packet, unreachable: () => void): void {
    const simulation = this.#simulation;
    const node = from.node.name;
    simulation.report({ type: "packet", node, wire: this.name, packet });
    const to = this.#interfaces.find((one) => one.address === nextHop && one.node !== from.node);
    if (to === undefined) {
      simulation.schedule(neighbourMs, () => {
        simulation.report({ type: "dropped", node, reason: `nobody has ${nextHop}`, packet });
        unreachable();
      });
      return;
    }
    const startMs = Math.max(simulation.nowMs, this.#freeMs.get(from) ?? 0);
    const sentMs = startMs + sizeOf(packet) / this.#bytesPerMs;
    this.#freeMs.set(from, sentMs);
    const verdict = this.#judge(packet);
    if (verdict === "drop") {
      simulation.report({ type: "dropped", node: this.name, reason: "lost on the wire", packet });
      return;
    }
    const extraMs = verdict === "pass" ? 0 : verdict.delayMs;
    simulation.schedule(sentMs - simulation.nowMs + this.#latencyMs + extraMs, () => to.node.receive(packet, to));
  }

  #judge(packet: Packet): Verdict {
    for (const rule of this.#rules) {
      const verdict = rule(packet);
      if (verdict !== undefined) return verdict;
    }
    return "pass";
  }
}
