// This machine as a network.
import type { Clock } from "../platform/clock.ts";
import type { Connection, ConnectOptions, Listener, ListenOptions, Network } from "../platform/network.ts";
import type { Random } from "../platform/random.ts";
import { systemClock } from "./system-clock.ts";
import { connectFromHere } from "./system-connect.ts";
import { listenHere } from "./system-listen.ts";
import { systemRandom } from "./system-random.ts";

export class SystemNetwork implements Network {
  readonly name = "this machine";
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  connect(options: ConnectOptions): Promise<Connection> {
    return connectFromHere(options, this.#clock);
  }

  listen(options: ListenOptions): Promise<Listener> {
    return listenHere(options, this.#clock, this.#random);
  }
}

/** This machine, over node:net. Errors are `NET_*`, each with the system's name for it in `details.system`. */
export const systemNetwork: Network = new SystemNetwork(systemClock, systemRandom);
