// Who made a forwarded connection. ssh hands it to our Unix socket without saying so, but it writes it to its log, just
// before (clientloop.c, client_request_forwarded_tcpip; the line has been the same for twenty years).
import type { Clock } from "../../platform/clock.ts";
import { type Endpoint, formatEndpoint } from "../../platform/endpoint.ts";
import { limits } from "../../protocol/limits.ts";

const line = /client_request_forwarded_tcpip: listen (\S*) port (\d+), originator (\S+) port (\d+)$/;

const unknown: Endpoint = { host: "", port: 0 };

interface Count {
  readonly known: Endpoint[];
  readonly waiting: ((originator: Endpoint) => void)[];
  /** A line or a connection is missing: the count is wrong for good, and nobody is better than the wrong one. */
  isUnreliable: boolean;
}

/** The n-th line about a listener belongs to its n-th connection: ssh makes both in one step. */
export class Originators {
  readonly #clock: Clock;
  /** By the listener's endpoint, with the host as the server echoes it. */
  readonly #counts = new Map<string, Count>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A line of ssh's standard error. It may come before we know that the listener is there. */
  readonly read = (text: string): void => {
    const [, host = "", port, originator, originatorPort] = line.exec(text) ?? [];
    if (originator === undefined) return;
    const count = this.#count({ host, port: Number(port) });
    if (count.isUnreliable) return;
    const endpoint = { host: originator, port: Number(originatorPort) };
    const waiter = count.waiting.shift();
    if (waiter !== undefined) waiter(endpoint);
    else if (count.known.push(endpoint) > limits.pendingConnectionsMax) giveUp(count);
  };

  /** Who made the next connection to `listener`. A host of `""` where ssh does not report it. */
  next(listener: Endpoint): Promise<Endpoint> {
    const count = this.#count(listener);
    if (count.isUnreliable) return Promise.resolve(unknown);
    const known = count.known.shift();
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve) => {
      const cancel = this.#clock.after(limits.sshOriginatorWaitMs, () => giveUp(count));
      count.waiting.push((originator) => {
        cancel();
        resolve(originator);
      });
    });
  }

  /** The listener is gone; the next one on its port starts to count again. */
  forget(listener: Endpoint): void {
    const count = this.#counts.get(formatEndpoint(listener));
    this.#counts.delete(formatEndpoint(listener));
    if (count !== undefined) giveUp(count);
  }

  #count(listener: Endpoint): Count {
    const key = formatEndpoint(listener);
    let count = this.#counts.get(key);
    if (count === undefined) {
      count = { known: [], waiting: [], isUnreliable: false };
      this.#counts.set(key, count);
      this.#forgetOldest();
    }
    return count;
  }

  /** Only a server that invents listeners gets here. */
  #forgetOldest(): void {
    const [oldest] = this.#counts.keys();
    if (this.#counts.size > limits.sshChannelsMax && oldest !== undefined) this.#counts.delete(oldest);
  }
}

function giveUp(count: Count): void {
  count.isUnreliable = true;
  count.known.length = 0;
  for (const waiter of count.waiting.splice(0)) waiter(unknown);
}
