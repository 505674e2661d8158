// The control connection: commands out, each reply to the command that it answers.
import type { Clock } from "../platform/clock.ts";
import { Deferred } from "../platform/deferred.ts";
import { type Connection, receivesInto } from "../platform/network.ts";
import type { Soon } from "../platform/soon.ts";
import type { TraceEventBody } from "../platform/trace.ts";
import { Watchdog } from "../platform/watchdog.ts";
import { replyError } from "../protocol/client/reply-error.ts";
import { commandLine } from "../protocol/command.ts";
import { isSallyportError, SallyportError } from "../protocol/error.ts";
import { remoteFault } from "../protocol/fault.ts";
import { limits } from "../protocol/limits.ts";
import { Redaction } from "../protocol/redaction.ts";
import type { PendingKind } from "../protocol/relay/outstanding.ts";
import type { Reply } from "../protocol/reply.ts";
import { type ReplyEvent, ReplyReceiver, skippedNote } from "../protocol/reply-receiver.ts";
import { mayHaveSecret } from "../protocol/secret-arguments.ts";
import { type Asked, ExpectedReplies, type ReplyHooks } from "./expected-replies.ts";

export interface ControlOptions {
  readonly clock: Clock;
  readonly replyMs: number;
  readonly emit: (event: TraceEventBody) => void;
  /** Whether anybody wants such events. Absent: all are wanted. */
  readonly traces?: ((type: TraceEventBody["type"]) => boolean) | undefined;
}

export class ControlConnection {
  connection: Connection;
  /** Settles when the link is gone: undefined after our own {@link close}. Never rejects. */
  readonly closed: Promise<SallyportError | undefined>;
  /** When anything was sent or received last, by the Clock. */
  lastActiveMs: number;
  #isLoggedIn = false;
  /** AUTH has been sent and not answered. */
  #isSecuring = false;
  /** What may be shown of what was sent and received. */
  readonly redaction: Redaction = new Redaction();
  readonly #options: ControlOptions;
  readonly #showsCommands: boolean;
  readonly #showsReplies: boolean;
  readonly #expected: ExpectedReplies = new ExpectedReplies();
  #receiver: ReplyReceiver = new ReplyReceiver();
  #failure: SallyportError | undefined;
  readonly #closed = new Deferred<SallyportError | undefined>();
  /** Somebody waits for a reply: not for ever. */
  readonly #replyTimeout: Watchdog;
  #cancelSettling: () => void = () => {};
  /** Replies so far, without those that end the session. */
  repliesReceived = 0;
  #unsolicited = 0;
  #closing = false;
  #nudged = false;
  /** What may still be on its way to the server, of an upload whose reply is due. */
  #upload: { readonly outstanding: () => Soon<number | undefined>; seen: number } | undefined;
  stray: Promise<Reply> | undefined;
  #detach: () => void = () => {};
  /** Commands that leave in one packet, at the end of this turn. */
  #unsent = "";

  constructor(connection: Connection, options: ControlOptions) {
    this.connection = connection;
    this.#options = options;
    const { clock, replyMs, traces } = options;
    this.#showsCommands = traces?.("ftp.command") !== false;
    this.#showsReplies = traces?.("ftp.reply") !== false;
    this.#replyTimeout = new Watchdog(clock, replyMs, () => void this.#late());
    this.lastActiveMs = clock.nowMs();
    this.closed = this.#closed.promise;
    this.#attach(connection);
  }

  /** Why nothing more can be sent, if so. */
  get failure(): SallyportError | undefined {
    return this.#failure;
  }

  /** Commands that have been sent and have no final reply yet. */
  get repliesOwed(): number {
    return this.#expected.length;
  }

  /** Nothing is awaited, or only the end of a transfer's data. */
  get quiet(): boolean {
    return this.#expected.length === 0 || this.#expected.transferring;
  }

  /**
   * Nobody repeats a password that no command had: what is said from now on need not be looked through, unless it is shown. And nothing is
   * put inside TLS any more, so that it can be read into memory that exists.
   */
  loggedIn(): void {
    this.#isLoggedIn = true;
    const { connection } = this;
    if (!receivesInto(connection)) return;
    connection.stream.off("data", this.#onData);
    const room = new Uint8Array(limits.replyLineBytesMax);
    connection.receiveInto({
      room: () => room,
      filled: (count) => {
        this.#receive(room.subarray(0, count));
        return true;
      },
    });
  }

  /** The reply that the server begins with. */
  greeting(): Promise<Reply> {
    const { final } = this.#expected.expect("", "plain");
    this.#watch();
    return final;
  }

  /** Sends a command at once; resolves with its final reply, whatever that says. */
  command(verb: string, argument?: string): Promise<Reply> {
    return this.ask(verb, argument).final;
  }

  /** `verb` in upper case. @throws SallyportError `FTP_PROTOCOL_LOCAL` when the argument would end the line. */
  ask(verb: string, argument?: string, kind: PendingKind = "plain", onFirst?: ReplyHooks["onFirst"]): Asked {
    const text = commandLine(verb, argument);
    if (this.#failure !== undefined) return ExpectedReplies.failed(this.#failure);
    if (verb === "AUTH") this.#isSecuring = true;
    const onFinal = verb === "AUTH" ? this.#onAuth : kind === "transfer" ? this.#onTransferOver : undefined;
    const asked = this.#expected.expect(verb, kind, { onFirst, onFinal });
    this.#send(text);
    // Secrets are learnt in any case.
    const line =
      this.#showsCommands || mayHaveSecret(verb) ? this.redaction.command({ verb, argument, iac: "none" }) : "";
    if (this.#showsCommands) this.#options.emit({ type: "ftp.command", side: "upstream", origin: "client", line });
    return asked;
  }

  /** A NOOP that is not awaited: its reply answers whatever is; when that had its own reply, {@link stray} is the NOOP's. */
  nudge(): void {
    if (this.#failure !== undefined) return;
    this.#nudged = true;
    this.stray = undefined;
    this.#send(commandLine("NOOP"));
  }

  /**
   * The data of the transfer under way is over: now its final reply is due. Of an upload the last bytes may be on their way for minutes, on a slow
   * line: as long as `outstanding` becomes less nobody is late.
   */
  dataOver(outstanding?: () => Soon<number | undefined>): void {
    this.#expected.transferring = false;
    this.#upload = outstanding && { outstanding, seen: Number.POSITIVE_INFINITY };
    this.#watch();
  }

  /** AUTH was answered 234: from now on inside TLS. Throws what `secure` throws. */
  async upgrade(secure: (plain: Connection) => Promise<Connection>): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    this.#flush();
    this.#detach();
    try {
      this.connection = await secure(this.connection);
    } catch (error) {
      if (isSallyportError(error)) this.fail(error);
      throw error;
    }
    this.#receiver = new ReplyReceiver();
    this.#attach(this.connection);
  }

  /** Gives the connection up: everything that waits fails with `error`. */
  fail(error: SallyportError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#replyTimeout.end();
    this.#cancelSettling();
    this.connection.reset();
    this.#expected.failAll(error);
    this.#closed.resolve(this.#closing ? undefined : error);
  }

  /** Ends the connection in order. Idempotent. */
  async close(): Promise<void> {
    this.#flush();
    this.#closing = true;
    this.#failure ??= new SallyportError("CLOSED", "this FTP session is closed");
    const failure = this.#failure;
    this.#replyTimeout.end();
    this.#cancelSettling();
    this.#expected.failAll(failure);
    await this.connection[Symbol.asyncDispose]();
    this.#closed.resolve(undefined);
  }

  #send(text: string): void {
    if (this.#unsent === "") process.nextTick(this.#flush);
    this.#unsent += text;
  }

  readonly #flush = (): void => {
    const text = this.#unsent;
    this.#unsent = "";
    if (text === "" || this.#failure !== undefined) return;
    this.connection.stream.write(text, "latin1");
    this.#watch();
  };

  readonly #onData = (bytes: Uint8Array): void => this.#receive(bytes);

  #attach(connection: Connection): void {
    const { stream } = connection;
    const onEnd = (): void => this.#gone(connection, undefined);
    stream.on("data", this.#onData).once("end", onEnd);
    void connection.closed.then(({ error }) => this.#gone(connection, error));
    this.#detach = () => {
      stream.off("data", this.#onData).off("end", onEnd);
      stream.pause();
    };
  }

  #gone(connection: Connection, cause: SallyportError | undefined): void {
    // The plain connection below a TLS one goes with it.
    if (connection !== this.connection) return;
    this.settle();
    this.fail(hungUp(cause));
  }

  /** At once, so that the first bytes of TLS are not read here. */
  readonly #onAuth = ({ code }: Reply): void => {
    this.#isSecuring = false;
    if (code === 234) this.#detach();
  };

  readonly #onTransferOver = (): void => {
    this.#upload = undefined;
  };

  #receive(bytes: Uint8Array): void {
    this.lastActiveMs = this.#options.clock.nowMs();
    const securing = this.#isSecuring;
    const events = this.#receiver.receive(bytes);
    this.#handle(events);
    this.#cancelSettling();
    if (this.#receiver.isDoubtful) this.#cancelSettling = this.#options.clock.after(limits.replyEndMs, this.settle);
    if (this.#failure !== undefined) return;
    // What stands behind the 234 in the clear somebody in between may have put there (CVE-2021-22947).
    const secured = securing && !this.#isSecuring;
    if (secured && (events.length > 1 || bytes.at(-1) !== 0x0a)) {
      this.fail(remoteFault("the server continued in the clear after it had agreed to TLS", "Is somebody in between?"));
    }
    this.#watch();
  }

  /** A multi-line reply that another code ends is over: data has come, or nothing for a moment. */
  readonly settle = (): void => {
    this.#handle(this.#receiver.settle());
    this.#watch();
  };

  #handle(events: readonly ReplyEvent[]): void {
    for (const event of events) {
      if (this.#failure !== undefined) return;
      if (event.type === "failure") this.fail(event.error);
      else if (event.type === "reply") this.#reply(event.reply);
      else this.#options.emit({ type: "relay.note", note: this.redaction.text(skippedNote(event.line)) });
    }
  }

  #reply(reply: Reply): void {
    const { lines } = this.#showsReplies || !this.#isLoggedIn ? this.redaction.reply(reply) : reply;
    if (this.#showsReplies) this.#options.emit({ type: "ftp.reply", side: "upstream", origin: "server", lines });
    if (reply.code !== 421) this.repliesReceived += 1;
    else this.fail(replyError("the server ends the session", this.redaction.reply(reply)));
    if (this.#nudged && reply.code !== 200) this.stray = this.#expected.expect("NOOP", "plain").final;
    this.#nudged = false;
    if (this.#failure !== undefined || this.#expected.receive(reply)) return;
    this.#unsolicited += 1;
    if (this.#unsolicited > limits.unsolicitedRepliesMax) {
      this.fail(remoteFault("the server sends replies that nobody asked for", "Is it an FTP server?"));
    }
  }

  /** No reply has come in time. */
  async #late(): Promise<void> {
    const { repliesReceived } = this;
    const isOnItsWay = await this.#uploadMoves();
    if (this.repliesReceived > repliesReceived) return;
    if (isOnItsWay) this.#watch();
    else this.fail(silent(this.#options.replyMs));
  }

  /** It did since this was asked last, or nobody has asked before. */
  async #uploadMoves(): Promise<boolean> {
    const upload = this.#upload;
    if (upload === undefined) return false;
    const left = (await upload.outstanding()) ?? 0;
    const moves = left > 0 && left < upload.seen;
    upload.seen = left;
    return moves;
  }

  #watch(): void {
    if (this.#failure !== undefined) return;
    if (this.#expected.length === 0 || this.#expected.transferring) this.#replyTimeout.pause();
    else this.#replyTimeout.restart();
  }
}

/** By the server, or by the network: then with its error. */
export function hungUp(cause: SallyportError | undefined): SallyportError {
  const message = cause === undefined ? "the server closed the control connection" : cause.message;
  return new SallyportError(cause?.code ?? "NET_RESET", message, {
    cause,
    details: { phase: "control" },
    hint: "Connect again; the server's log may say why it hung up.",
  });
}

export function silent(replyMs: number): SallyportError {
  return new SallyportError("NET_TIMEOUT", `the server has not answered for ${replyMs / 1000} s`, {
    details: { phase: "reply" },
    hint: "Connect again; if it happens each time, look for a firewall that drops idle connections.",
  });
}
