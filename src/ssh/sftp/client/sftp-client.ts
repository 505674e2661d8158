// A client's SFTP session on a byte stream: requests as promises, many in flight.

import type { Duplex } from "node:stream";
import { onAbort } from "../../../platform/abort.ts";
import type { Clock } from "../../../platform/clock.ts";
import type { Connection } from "../../../platform/network.ts";
import { Watchdog } from "../../../platform/watchdog.ts";
import { isSallyportError, SallyportError } from "../../../protocol/error.ts";
import { limits } from "../../../protocol/limits.ts";
import { SftpClientMachine, type SftpEvent } from "../wire/client-machine.ts";
import type { Reply, ReplyType } from "../wire/replies.ts";
import { type Request, requests } from "../wire/requests.ts";

export interface SftpClientOptions {
  /** The subsystem channel; it goes with the client. */
  readonly connection: Connection;
  readonly clock: Clock;
  /** Ends the opening; the client then lives until disposed. */
  readonly signal: AbortSignal;
}

/** A request that is on its way. */
export interface Asked<T extends ReplyType> {
  /** Rejects when the session is lost. A status of any kind is a reply. */
  readonly reply: Promise<Reply<T>>;
  /** The system has taken the request's bytes: they are the caller's again. Never rejects. */
  readonly taken: Promise<void>;
}

interface Waiting {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: unknown) => void;
  readonly askedMs: number;
}

export class SftpClient implements AsyncDisposable {
  /** Settles when the session is over: undefined after disposal, else why. Never rejects. */
  readonly closed: Promise<SallyportError | undefined>;
  readonly #connection: Connection;
  readonly #stream: Duplex;
  readonly #machine: SftpClientMachine = new SftpClientMachine();
  readonly #waiting: Map<number, Waiting> = new Map();
  /** While requests are unanswered; an answer to any of them begins it again. */
  readonly #replyTimeout: Watchdog;
  readonly #clock: Clock;
  /** Shortest time from a request to its answer so far. */
  #roundTripMs: number = Number.POSITIVE_INFINITY;
  #features: ServerFeatures | undefined;
  #ready: Waiting | undefined;
  #failure: SallyportError | undefined;
  #isDisposing = false;

  private constructor({ connection, clock }: SftpClientOptions) {
    this.#connection = connection;
    this.#stream = connection.stream;
    this.#clock = clock;
    this.#replyTimeout = new Watchdog(clock, limits.sftpReplyMs, () => this.#fail(silent()));
    this.#stream.on("data", (bytes: Uint8Array) => this.#receive(bytes));
    // Nothing can come any more, so nothing more is to be sent either.
    this.#stream.once("end", () => this.#fail(ended()));
    this.closed = connection.closed.then(({ error }) => {
      this.#fail(error ?? ended());
      return this.#isDisposing ? undefined : this.#failure;
    });
  }

  /** Sends INIT and receives what the server can do. Throws SSH_PROTOCOL, SSH_DISCONNECTED, NET_TIMEOUT, the signal's reason. */
  static async open(options: SftpClientOptions): Promise<SftpClient> {
    const client = new SftpClient(options);
    const { signal } = options;
    let stopListening = (): void => {};
    try {
      signal.throwIfAborted();
      stopListening = onAbort(signal, () => client.#ready?.reject(signal.reason));
      await client.#greet();
      return client;
    } catch (error) {
      client.#isDisposing = true;
      options.connection.reset();
      throw error;
    } finally {
      stopListening();
    }
  }

  /** Disposed or lost: every request fails. */
  get isOver(): boolean {
    return this.#failure !== undefined;
  }

  /**
   * What keeps the line full when it is asked for ahead. No more: what ssh has read and we have not lies in its buffer, which is
   * dear to grow (openssh/channel-limits.ts).
   */
  get pipelineBytes(): number {
    const wanted = Math.round(this.#roundTripMs * limits.sshWindowBytesPerMs);
    return Math.min(limits.sftpPipelineBytes, Math.max(limits.sshFirstWindowBytes, wanted));
  }

  get features(): ServerFeatures {
    if (this.#features === undefined) throw new SallyportError("INTERNAL", "the SFTP session is not open yet");
    return this.#features;
  }

  /** Sends the request; replies come in any order. Throws `FS_FAILED` when too many are unanswered. */
  ask<T extends ReplyType>(request: Request<T>): Asked<T> {
    if (this.#failure !== undefined) {
      const reply = Promise.reject(this.#failure);
      reply.catch(() => {});
      return { reply, taken: Promise.resolve() };
    }
    const { id, pieces } = this.#machine.ask(request);
    const reply = new Promise<Reply>((resolve, reject) =>
      this.#waiting.set(id, { resolve, reject, askedMs: this.#clock.nowMs() }),
    );
    reply.catch(() => {}); // whoever gave up waiting needs no answer
    this.#replyTimeout.start();
    return { reply: reply as Promise<Reply<T>>, taken: this.#send(pieces) };
  }

  /** Says end-of-file, and waits for the server to go; idempotent. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposing = true;
    this.#fail(new SallyportError("CLOSED", "the SFTP session is closed"));
    await this.#connection[Symbol.asyncDispose]();
  }

  async #greet(): Promise<void> {
    this.#replyTimeout.start();
    const extensions = await new Promise<ReadonlyMap<string, string>>((resolve, reject) => {
      this.#ready = { resolve: resolve as never, reject, askedMs: 0 };
      if (this.#failure !== undefined) reject(this.#failure);
      else void this.#send([this.#machine.start()]);
    });
    const reported = extensions.has("limits@openssh.com") ? await this.ask(requests.limits()).reply : undefined;
    this.#features = serverFeatures(extensions, reported?.type === "extended" ? reported.numbers : []);
  }

  #send(pieces: readonly Uint8Array[]): Promise<void> {
    return new Promise((resolve) => {
      const last = pieces.length - 1;
      this.#stream.cork();
      for (const [index, piece] of pieces.entries()) this.#stream.write(piece, index === last ? () => resolve() : noop);
      this.#stream.uncork();
    });
  }

  #receive(bytes: Uint8Array): void {
    if (this.#failure !== undefined) return;
    for (const event of this.#machine.receive(bytes)) this.#handle(event);
  }

  #handle(event: SftpEvent): void {
    if (event.type === "failed") this.#fail(event.error);
    else if (event.type === "ready") {
      this.#replyTimeout.end();
      this.#ready?.resolve(event.extensions as never);
    } else {
      if (this.#machine.unanswered > 0) this.#replyTimeout.restart();
      else this.#replyTimeout.end();
      const waiting = this.#waiting.get(event.id);
      this.#waiting.delete(event.id);
      this.#roundTripMs = Math.min(this.#roundTripMs, this.#clock.nowMs() - (waiting?.askedMs ?? 0));
      waiting?.resolve(event.reply);
    }
  }

  /** Once: every request fails with it, and the channel goes. */
  #fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    const failure = isSallyportError(error) ? error : new SallyportError("INTERNAL", "SFTP failed", { cause: error });
    this.#failure = failure;
    this.#replyTimeout.end();
    this.#ready?.reject(failure);
    for (const { reject } of this.#waiting.values()) reject(failure);
    this.#waiting.clear();
    if (!this.#isDisposing) this.#connection.reset();
  }
}

const noop = (): void => {};

function ended(): SallyportError {
  return new SallyportError("SSH_DISCONNECTED", "the SFTP server has ended the session", {
    hint: "May that user use SFTP there? Try sftp(1) with the same host.",
  });
}

function silent(): SallyportError {
  const seconds = limits.sftpReplyMs / 1000;
  return new SallyportError("NET_TIMEOUT", `the SFTP server has not answered for ${seconds} s`, {
    hint: "Its disk or its network may be stuck; try again with --resume.",
  });
}

export interface ServerFeatures {
  /** A rename that replaces, in one step. */
  readonly posixRename: boolean;
  readonly fsync: boolean;
  readonly statvfs: boolean;
  /** Bytes of one read and of one write. */
  readonly readBytes: number;
  readonly writeBytes: number;
}

/** `reported`: the answer to limits@openssh.com; empty where the server has none. A limit of 0 is no limit. */
export function serverFeatures(extensions: ReadonlyMap<string, string>, reported: readonly number[]): ServerFeatures {
  const [packet = 0, read = 0, write = 0] = reported;
  return {
    posixRename: extensions.get("posix-rename@openssh.com") === "1",
    fsync: extensions.get("fsync@openssh.com") === "1",
    statvfs: extensions.get("statvfs@openssh.com") === "2",
    readBytes: dataBytes(packet, read),
    writeBytes: dataBytes(packet, write),
  };
}

/** As OpenSSH has it: 1024 bytes of a message are not for the data. */
const overhead = 1024;

function dataBytes(packet: number, reported: number): number {
  const room = packet > overhead ? packet - overhead : Number.POSITIVE_INFINITY;
  const most = reported === 0 ? limits.sftpPlainDataBytes : reported;
  // A server that takes a few bytes at a time would cost a message for each of them; nobody has such a limit.
  return Math.max(512, Math.min(most, room, limits.sftpDataBytesMax));
}
