// Keeps one SSH connection: when it is lost, sessions end and it is made again with growing waits, while the listeners stay.
import { setMaxListeners } from "node:events";
import { RemoteSockets } from "../data-connection/remote-sockets.ts";
import type { Back } from "../gateway/environment.ts";
import { type Clock, withDeadline } from "../platform/clock.ts";
import type { TraceEventBody } from "../platform/trace.ts";
import { isSallyportError, SallyportError } from "../protocol/error.ts";
import { listFarSockets } from "../ssh/far-sockets.ts";
import { askForNoDelay } from "../ssh/no-delay.ts";
import type { SshConnection } from "../ssh/ssh-connection.ts";

/** First wait and longest wait between attempts; doubled from one to the other. */
const retryMsMin = 1_000;
const retryMsMax = 60_000;
/** How long a client that comes while the connection is down is kept waiting. */
const clientWaitMs = 15_000;
/** Trying again would not help, and may lock the account or ask the user again and again. */
const hopeless: ReadonlySet<string> = new Set(["SSH_AUTH", "SSH_HOST_KEY", "SSH_CONFIG", "SSH_PROGRAM_MISSING"]);

export interface SupervisorOptions {
  readonly connect: (signal: AbortSignal) => Promise<SshConnection>;
  readonly clock: Clock;
  readonly emit: (event: TraceEventBody) => void;
  readonly backAddress: string | undefined;
  /** Run nothing at the SSH host. */
  readonly noCommand: boolean;
  /** `user@host`, for messages. */
  readonly target: string;
  /** Called when it gives up. */
  readonly onGivenUp: (error: SallyportError) => void;
}

interface Live {
  readonly connection: SshConnection;
  readonly back: Back;
}

export class BackSupervisor {
  readonly #options: SupervisorOptions;
  readonly #stop: AbortController = new AbortController();
  #live: Live | undefined;
  #attempt: Promise<Live> | undefined;
  #lastError: SallyportError | undefined;
  #cancelRetry: () => void = () => {};
  #retryMs = retryMsMin;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  get transport(): SshConnection["transport"] {
    return this.#live?.connection.transport ?? "openssh";
  }

  /** The first connection; its failure is the caller's. */
  async start(signal: AbortSignal): Promise<void> {
    const abort = (): void => this.#stop.abort(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    try {
      await this.#connect();
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  /** The network as it is now; waits a bounded time while it is being made again. */
  async back(signal: AbortSignal): Promise<Back> {
    if (this.#live !== undefined) return this.#live.back;
    const reason = (): SallyportError => {
      const why = this.#lastError === undefined ? "" : `: ${this.#lastError.message}`;
      return new SallyportError("SSH_DISCONNECTED", `the SSH connection to ${this.#options.target} is down${why}`, {
        hint: "it is being made again; try once more in a moment",
      });
    };
    const deadline = withDeadline(this.#options.clock, clientWaitMs, signal, reason);
    try {
      return (await raceAbort(this.#retryNow(), deadline.signal)).back;
    } catch {
      if (signal.aborted) throw signal.reason;
      throw reason();
    } finally {
      deadline.release();
    }
  }

  async dispose(): Promise<void> {
    this.#stop.abort(new SallyportError("CLOSED", "the tunnel is closed"));
    this.#cancelRetry();
    await this.#attempt?.catch(() => {});
    const live = this.#live;
    this.#live = undefined;
    await live?.connection[Symbol.asyncDispose]();
  }

  /** By the timer, or at once because a client waits. */
  #retryNow(): Promise<Live> {
    this.#cancelRetry();
    if (this.#attempt !== undefined) return this.#attempt;
    const attempt = this.#connect();
    attempt.catch((error: unknown) => this.#failed(error));
    return attempt;
  }

  #connect(): Promise<Live> {
    const attempt = this.#open();
    this.#attempt = attempt;
    const clear = (): void => {
      if (this.#attempt === attempt) this.#attempt = undefined;
    };
    attempt.then(clear, clear);
    return attempt;
  }

  async #open(): Promise<Live> {
    const connection = await this.#options.connect(this.#stop.signal);
    const gone = new AbortController();
    setMaxListeners(0, gone.signal); // every session listens
    const { network, serverAddress } = connection;
    const back: Back = {
      network,
      signal: gone.signal,
      address: this.#options.backAddress ?? serverAddress,
      remoteSockets: new RemoteSockets(async (port, signal) => {
        if (this.#options.noCommand) throw commandForbidden();
        await prompt; // MaxSessions may allow one command at a time
        return await listFarSockets(connection, port, signal);
      }),
    };
    const prompt = this.#options.noCommand
      ? Promise.resolve()
      : askForNoDelay(connection, this.#options.clock, gone.signal);
    const live: Live = { connection, back };
    this.#live = live;
    this.#retryMs = retryMsMin;
    void connection.lost.then((error) => this.#lost(live, gone, error));
    return live;
  }

  #lost(live: Live, gone: AbortController, error: SallyportError | undefined): void {
    const reason = error ?? new SallyportError("CLOSED", "the tunnel is closed");
    gone.abort(new SallyportError(reason.code, `SSH connection lost: ${reason.message}`, { cause: reason }));
    if (this.#live !== live) return;
    this.#live = undefined;
    void live.connection[Symbol.asyncDispose]();
    if (!this.#stop.signal.aborted) this.#retryLater(reason);
  }

  #retryLater(error: SallyportError): void {
    this.#lastError = error;
    this.#options.emit({ type: "ssh.lost", reason: error.message, retryInMs: this.#retryMs });
    this.#cancelRetry = this.#options.clock.after(this.#retryMs, () => {
      this.#retryNow().catch(() => {});
    });
    this.#retryMs = Math.min(this.#retryMs * 2, retryMsMax);
  }

  #failed(error: unknown): void {
    if (this.#stop.signal.aborted) return;
    const known = isSallyportError(error)
      ? error
      : new SallyportError("SSH_CONNECT", `could not connect to ${this.#options.target}`, { cause: error });
    if (hopeless.has(known.code)) this.#options.onGivenUp(known);
    else this.#retryLater(known);
  }
}

function commandForbidden(): SallyportError {
  const message =
    "back mode default-port has to read the SSH host's list of connections, and -N forbids commands there";
  return new SallyportError("NET_UNSUPPORTED", message, { hint: "leave -N (noCommand) out" });
}

function raceAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
