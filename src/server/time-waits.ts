// Data connections from one fixed port (S17): the same two ends cannot be joined again while TCP remembers the last time
// (RFC 9293 section 3.6.1, TIME-WAIT), and the reply to the client has for how long.
import { type Clock, withDeadline } from "../platform/clock.ts";
import { formatEndpoint } from "../platform/endpoint.ts";
import type { Connection, Network } from "../platform/network.ts";
import { type ErrorCode, isSallyportError, SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";

const occupied: readonly ErrorCode[] = ["NET_ADDRESS_IN_USE", "NET_ADDRESS_UNAVAILABLE"];

export interface FixedConnect {
  readonly network: Network;
  readonly host: string;
  readonly port: number;
  readonly localAddress?: string;
  readonly localPort: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export class TimeWaits {
  readonly #clock: Clock;
  /** When the connection between two ends was closed; a few at most, since a session has one client. */
  readonly #closedMs: Map<string, number> = new Map();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Remembers when the connection ends. */
  watch(connection: Connection): void {
    const { local, remote } = connection;
    void connection.closed.then(() => {
      if (this.#closedMs.size >= 64) this.#closedMs.clear();
      this.#closedMs.set(key(local.port, remote), this.#clock.nowMs());
    });
  }

  /** From that port or not at all. */
  async connect(options: FixedConnect): Promise<Connection> {
    const { network, host, port, localPort, timeoutMs } = options;
    const remote = formatEndpoint({ host, port });
    const late = (): SallyportError =>
      new SallyportError(
        "NET_TIMEOUT",
        `${remote} did not answer within ${timeoutMs / 1000} s; a firewall between us?`,
      );
    const deadline = withDeadline(this.#clock, timeoutMs, options.signal, late);
    const { localAddress } = options;
    const from = localAddress === undefined ? { localPort } : { localAddress, localPort };
    try {
      return await network.connect({ host, port, ...from, signal: deadline.signal });
    } catch (error) {
      if (!isSallyportError(error) || !occupied.includes(error.code)) throw error;
      throw new SallyportError(error.code, `my port ${localPort} is taken${this.#explain(localPort, { host, port })}`, {
        cause: error,
        hint: "Send PASV, EPSV, PORT or EPRT before each transfer: then the ports differ.",
      });
    } finally {
      deadline.release();
    }
  }

  #explain(localPort: number, remote: { readonly host: string; readonly port: number }): string {
    const closed = this.#closedMs.get(key(localPort, remote));
    const left = closed === undefined ? 0 : Math.ceil((closed + limits.timeWaitMs - this.#clock.nowMs()) / 1000);
    return left > 0 ? `: the address is still in TIME_WAIT for ${left} s` : "";
  }
}

const key = (localPort: number, remote: { readonly host: string; readonly port: number }): string =>
  `${localPort} ${formatEndpoint(remote)}`;
