// The client's half of a control connection: says one command, waits for its reply (RFC 959 section 2.3, user-PI).
import { systemNetwork } from "../../../network/system-network.ts";
import type { Endpoint } from "../../../platform/endpoint.ts";
import type { Connection } from "../../../platform/network.ts";
import { formatCommand } from "../../../protocol/command.ts";
import { SallyportError } from "../../../protocol/error.ts";
import { printable } from "../../../protocol/printable.ts";
import { type Reply, replyText } from "../../../protocol/reply.ts";
import { ReplyReceiver } from "../../../protocol/reply-receiver.ts";
import { Secret } from "../../../protocol/secret.ts";

export interface Login {
  readonly user: string;
  readonly password: string;
}

export class UserPi implements AsyncDisposable {
  /** Ends whatever is waited for. */
  readonly signal: AbortSignal;
  readonly #connection: Connection;
  readonly #receiver = new ReplyReceiver();
  readonly #replies: Reply[] = [];
  #failure: unknown;
  #wake: () => void = () => {};

  private constructor(connection: Connection, signal: AbortSignal) {
    this.#connection = connection;
    this.signal = signal;
    connection.stream.on("data", (bytes: Uint8Array) => this.#receive(bytes));
    connection.stream.once("end", () => this.#fail(gone()));
    void connection.closed.then(({ error }) => this.#fail(error ?? gone()));
    signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** Connects from a port that a listener may share afterwards, for default data ports; is greeted and logs in. */
  static async open(to: Endpoint, login: Login, signal: AbortSignal): Promise<UserPi> {
    // Named local address: the socket is bound first, with SO_REUSEADDR.
    const pi = new UserPi(await systemNetwork.connect({ ...to, localAddress: to.host, signal }), signal);
    try {
      await pi.reply(2);
      await pi.ask(3, "USER", login.user);
      await pi.ask(2, "PASS", new Secret(login.password));
      return pi;
    } catch (error) {
      await pi[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Our end of the control connection. */
  get local(): Endpoint {
    return this.#connection.local;
  }

  /** The other end, which data connections must come from as well. */
  get remote(): Endpoint {
    return this.#connection.remote;
  }

  /** Says a command; its reply must be of this class (the code's first digit), else `FTP_PROTOCOL_REMOTE`. */
  ask(wanted: number, verb: string, argument?: string | Secret): Promise<Reply> {
    this.#connection.stream.write(formatCommand(verb, argument));
    return this.reply(wanted, argument instanceof Secret ? `${verb} ${argument}` : [verb, argument].join(" ").trim());
  }

  /** The next reply. */
  async reply(wanted: number, to = "the connection"): Promise<Reply> {
    for (;;) {
      const reply = this.#replies.shift();
      if (reply !== undefined && Math.floor(reply.code / 100) === wanted) return reply;
      if (reply !== undefined) throw refused(to, reply);
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async quit(): Promise<void> {
    await this.ask(2, "QUIT");
    await this[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.signal.removeEventListener("abort", this.#onAbort);
    if (this.signal.aborted) this.#connection.reset();
    await this.#connection[Symbol.asyncDispose]();
  }

  readonly #onAbort = (): void => this.#fail(this.signal.reason);

  #receive(bytes: Uint8Array): void {
    for (const event of this.#receiver.receive(bytes)) {
      if (event.type === "reply") this.#replies.push(event.reply);
      else if (event.type === "failure") this.#fail(event.error);
    }
    this.#wake();
  }

  #fail(reason: unknown): void {
    this.#failure ??= reason;
    this.#wake();
  }
}

function gone(): SallyportError {
  return new SallyportError("CLOSED", "the server closed the control connection");
}

function refused(to: string, reply: Reply): SallyportError {
  const message = `${printable(to)} was answered with ${reply.code} ${printable(replyText(reply))}`;
  return new SallyportError("FTP_PROTOCOL_REMOTE", message, { details: { reply: reply.code } });
}
