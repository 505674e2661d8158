// One SSH connection for all who need it: made when first asked for, shared, and made again when it was lost.
import { raceAbort } from "../platform/abort.ts";
import { type Clock, wait, withDeadline } from "../platform/clock.ts";
import { Deferred } from "../platform/deferred.ts";
import type { Endpoint } from "../platform/endpoint.ts";
import type { Connection, Network } from "../platform/network.ts";
import { Tasks } from "../platform/tasks.ts";
import type { TraceEventBody } from "../platform/trace.ts";
import { definedProps } from "../protocol/defined-props.ts";
import { isSallyportError, SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import { listRemoteSockets } from "./remote-socket-list.ts";
import type { ExecResult, SshConnection } from "./ssh-connection.ts";

/** Trying again would not help, and may lock the account or ask the user again and again. */
const hopeless: ReadonlySet<string> = new Set(["SSH_AUTH", "SSH_HOST_KEY", "SSH_CONFIG", "SSH_PROGRAM_MISSING"]);

export interface ReconnectingSshOptions {
  /** `user@host`, for messages. */
  readonly target: string;
  readonly connect: (signal: AbortSignal) => Promise<SshConnection>;
  readonly clock: Clock;
  /** Run nothing at the SSH host. */
  readonly noCommand: boolean;
  /**
   * A lost connection is made again at once or after growing waits, and those who ask meanwhile are kept waiting for a bounded time.
   * Not so once `sshUnusedLossesMax` were lost that nobody had asked for: sshd from 9.2 on closes those (UnusedConnectionTimeout), and
   * the user would be asked for a password for ever. From then on it is made when somebody asks.
   * Absent: it is made again when somebody asks for it, and a failure is reported to those who asked.
   */
  readonly background?: {
    readonly emit: (event: TraceEventBody) => void;
    /** The login was refused or the host key has changed: no other attempt is made. */
    readonly onGivenUp: (error: SallyportError) => void;
    /** How long those are kept who ask meanwhile, and through how many attempts it takes. Absent: for one attempt, within a limit. */
    readonly holdMs?: number;
  };
}

/** The connection as it is now. */
export interface LiveSsh {
  readonly connection: SshConnection;
  /** Aborts when the connection is gone; the reason says why. */
  readonly gone: AbortSignal;
  /** The server sends without delay now, or does not run commands. Never rejects. */
  readonly noDelay: Promise<void>;
}

interface Attempt {
  readonly live: Promise<LiveSsh>;
  readonly stop: AbortController;
  /** Who waits for it. Nobody: it is aborted, unless it is made in the background. */
  waiting: number;
}

/** Disposal closes the connection, aborts an attempt that runs, and is idempotent. */
export class ReconnectingSsh implements AsyncDisposable {
  /** The remote end, over whichever connection is there. */
  readonly network: Network;
  /** Settles when the first connection is gone: undefined after disposal, else why. Never rejects. */
  readonly lost: Promise<SallyportError | undefined>;
  readonly #options: ReconnectingSshOptions;
  readonly #work: Tasks = new Tasks();
  readonly #lost: Deferred<SallyportError | undefined> = new Deferred();
  #transport: SshConnection["transport"] = "openssh";
  #live: LiveSsh | undefined;
  #gone: AbortController | undefined;
  #attempt: Attempt | undefined;
  #isClosed = false;
  #isGivenUp = false;
  #lastError: SallyportError | undefined;
  /** Somebody has asked for the connection that is there. */
  #isUsed = false;
  #unusedLosses = 0;
  #cancelRetry: () => void = () => {};
  #retryMs: number = limits.sshRetryWaitMs;

  constructor(options: ReconnectingSshOptions) {
    this.#options = options;
    this.lost = this.#lost.promise;
    this.network = {
      name: options.target,
      connect: async (o) => (await this.current(o.signal)).connection.network.connect(o),
      listen: async (o) => (await this.current(o.signal)).connection.network.listen(o),
    };
  }

  get target(): string {
    return this.#options.target;
  }

  /** Of the last connection. */
  get transport(): SshConnection["transport"] {
    return this.#transport;
  }

  /** The first connection; its failure is the caller's also when later ones are made in the background. */
  start(signal: AbortSignal): Promise<LiveSsh> {
    return this.#attemptFor(signal);
  }

  /**
   * The connection that is there, or a new one.
   * @throws SallyportError SSH_*, NET_* (in the background: SSH_DISCONNECTED); CLOSED after disposal; the signal's reason
   */
  async current(signal: AbortSignal): Promise<LiveSsh> {
    this.#isUsed = true;
    if (this.#live !== undefined) return this.#live;
    return await (this.#options.background === undefined ? this.#attemptFor(signal) : this.#soon(signal));
  }

  /** Local ends of the SSH host's connections to `port`; none where the host does not show all. */
  async listSockets(port: number, signal: AbortSignal): Promise<readonly Endpoint[]> {
    if (this.#options.noCommand) {
      throw commandForbidden("mode default-port has to read the SSH host's list of connections");
    }
    return await listRemoteSockets(this, port, signal);
  }

  async exec(command: string, signal: AbortSignal): Promise<ExecResult> {
    if (this.#options.noCommand) throw commandForbidden("a command was to be run at the SSH host");
    return await this.#withSession((connection) => connection.exec(command, signal), signal);
  }

  async openSubsystem(name: string, signal: AbortSignal): Promise<Connection> {
    return await this.#withSession((connection) => connection.openSubsystem(name, signal), signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#cancelRetry();
    this.#attempt?.stop.abort(this.#closed());
    const live = this.#live;
    this.#live = undefined;
    // Before the connection itself: what waits for it then ends as closed by us, and not as broken.
    this.#gone?.abort(this.#closed());
    if (live !== undefined) this.#work.track(Promise.resolve(live.connection[Symbol.asyncDispose]()));
    await this.#work.settled();
    this.#lost.resolve(undefined);
  }

  /**
   * MaxSessions may allow one session at a time, and sshd counts one until it has worked off all that came with its end: what is
   * asked for right behind it is refused, and a round trip later it is not.
   */
  async #withSession<T>(open: (connection: SshConnection) => Promise<T>, signal: AbortSignal): Promise<T> {
    const { connection, noDelay } = await this.current(signal);
    await raceAbort(noDelay, signal);
    return await open(connection).catch((error: unknown) => {
      if (isSallyportError(error) && error.details.channelReason !== undefined) return open(connection);
      throw error;
    });
  }

  /** Waits a bounded time for what is made in the background, and has it made at once. */
  async #soon(signal: AbortSignal): Promise<LiveSsh> {
    const isDown = (): SallyportError => {
      const why = this.#lastError === undefined ? "" : `: ${this.#lastError.message}`;
      return new SallyportError("SSH_DISCONNECTED", `the SSH connection to ${this.target} is down${why}`, {
        hint: this.#isMadeAhead ? "it is being made again; try once more in a moment" : "try once more",
      });
    };
    const { clock, background } = this.#options;
    const holdMs = background?.holdMs;
    const deadline = withDeadline(clock, holdMs ?? limits.sshClientWaitMs, signal, isDown);
    try {
      return await (holdMs === undefined ? raceAbort(this.#retryNow(), deadline.signal) : this.#held(deadline.signal));
    } catch {
      if (signal.aborted) throw signal.reason;
      throw isDown();
    } finally {
      deadline.release();
    }
  }

  /** One attempt after the other, until there is a connection or no time is left. */
  async #held(signal: AbortSignal): Promise<LiveSsh> {
    for (;;) {
      try {
        return await raceAbort(this.#retryNow(), signal);
      } catch (error) {
        if (signal.aborted || this.#isClosed || this.#isGivenUp) throw error;
      }
      await wait(this.#options.clock, Math.min(this.#retryMs, limits.sshHeldWaitMs), signal);
    }
  }

  /** One attempt for all who ask; it ends with the last of them. */
  async #attemptFor(signal: AbortSignal): Promise<LiveSsh> {
    signal.throwIfAborted();
    const attempt = this.#attempt ?? this.#begin();
    attempt.waiting += 1;
    try {
      return await raceAbort(attempt.live, signal);
    } finally {
      attempt.waiting -= 1;
      if (attempt.waiting === 0 && this.#attempt === attempt) {
        this.#attempt = undefined;
        attempt.stop.abort(signal.reason);
      }
    }
  }

  /** By the timer, or at once because a client waits. */
  #retryNow(): Promise<LiveSsh> {
    this.#cancelRetry();
    if (this.#attempt !== undefined) return this.#attempt.live;
    const attempt = this.#begin();
    attempt.waiting = 1; // whoever asks and leaves
    attempt.live.catch((error: unknown) => this.#failed(error));
    return attempt.live;
  }

  #begin(): Attempt {
    const stop = new AbortController();
    const attempt: Attempt = { live: this.#open(stop.signal), stop, waiting: 0 };
    this.#attempt = attempt;
    this.#work.track(attempt.live);
    const forget = (): void => {
      if (this.#attempt === attempt) this.#attempt = undefined;
    };
    attempt.live.then(forget, forget);
    return attempt;
  }

  async #open(signal: AbortSignal): Promise<LiveSsh> {
    if (this.#isClosed) throw this.#closed();
    const { connect, clock, noCommand } = this.#options;
    const connection = await connect(signal);
    if (signal.aborted) {
      await connection[Symbol.asyncDispose]();
      throw signal.reason;
    }
    const gone = new AbortController();
    this.#gone = gone;
    const noDelay = noCommand ? Promise.resolve() : sendWithoutDelay(connection, clock, gone.signal);
    const live: LiveSsh = { connection, gone: gone.signal, noDelay };
    this.#live = live;
    this.#transport = connection.transport;
    this.#retryMs = limits.sshRetryWaitMs;
    void connection.lost.then((error) => this.#onLost(live, gone, error));
    return live;
  }

  #onLost(live: LiveSsh, gone: AbortController, error: SallyportError | undefined): void {
    const reason = error ?? this.#closed();
    gone.abort(new SallyportError(reason.code, `SSH connection lost: ${reason.message}`, { cause: reason }));
    this.#lost.resolve(error);
    if (this.#live !== live) return;
    this.#live = undefined;
    this.#work.track(Promise.resolve(live.connection[Symbol.asyncDispose]()));
    if (!this.#isUsed) this.#unusedLosses += 1;
    this.#isUsed = false;
    if (!this.#isClosed) this.#retryLater(reason);
  }

  /** Before anybody asks for it. */
  get #isMadeAhead(): boolean {
    return this.#unusedLosses < limits.sshUnusedLossesMax;
  }

  #retryLater(error: SallyportError): void {
    const { background, clock } = this.#options;
    if (background === undefined) return;
    this.#lastError = error;
    const isAhead = this.#isMadeAhead;
    background.emit({
      type: "ssh.lost",
      reason: error.message,
      ...definedProps({ retryInMs: isAhead ? this.#retryMs : undefined }),
    });
    if (!isAhead) return;
    this.#cancelRetry = clock.after(this.#retryMs, () => {
      this.#retryNow().catch(() => {});
    });
    this.#retryMs = Math.min(this.#retryMs * 2, limits.sshRetryWaitMsMax);
  }

  #failed(error: unknown): void {
    if (this.#isClosed) return;
    const known = isSallyportError(error)
      ? error
      : new SallyportError("SSH_CONNECT", `could not connect to ${this.target}`, { cause: error });
    this.#isGivenUp = hopeless.has(known.code);
    if (this.#isGivenUp) this.#options.background?.onGivenUp(known);
    else this.#retryLater(known);
  }

  #closed(): SallyportError {
    return new SallyportError("CLOSED", `the SSH connection to ${this.target} is closed`);
  }
}

function commandForbidden(what: string): SallyportError {
  const message = `${what}, and -N forbids commands there`;
  return new SallyportError("NET_UNSUPPORTED", message, { hint: "leave -N (noCommand) out" });
}

/** Does nothing, wherever there is a shell. */
const noDelayCommand = "true";

/**
 * sshd before 10.1 leaves Nagle's algorithm on until a session runs a command: a small message behind another one waits for an
 * acknowledgement from here, and an FTP transfer has two such pairs, so a file costs four round trips instead of two.
 * Never rejects: a server that refuses the command is only slower.
 */
async function sendWithoutDelay(connection: SshConnection, clock: Clock, signal: AbortSignal): Promise<void> {
  // A forced command may be something that waits; it is then left to itself.
  const deadline = withDeadline(clock, limits.sshNoDelayMs, signal, () => new Error("the command took too long"));
  try {
    await connection.exec(noDelayCommand, deadline.signal);
  } catch {
    // MaxSessions 0, a forced command that waits, the connection's end: nothing depends on it.
  } finally {
    deadline.release();
  }
}
