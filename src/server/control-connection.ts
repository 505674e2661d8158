// The server's end of a control connection: bytes become commands, replies become bytes, and TLS may come in between.
import { afterTwoTurns, Cork } from "../platform/cork.ts";
import type { Connection } from "../platform/network.ts";
import type { Command } from "../protocol/command.ts";
import { type CommandEvent, CommandReceiver } from "../protocol/command-receiver.ts";
import { limits } from "../protocol/limits.ts";
import { makeReply, type Reply, wireText } from "../protocol/reply.ts";

export interface ControlEvents {
  /** As they come, before what is in them. */
  readonly bytes: (bytes: Uint8Array) => void;
  readonly command: (command: Command) => void;
  /** Before that, a web page's request may have FTP commands in it. */
  readonly isLoggedIn: () => boolean;
  /** A line that is no command. */
  readonly malformed: (reason: string) => void;
  /** The client will send nothing more. */
  readonly ended: () => void;
  /** What it sends is not FTP, or breaks a limit: `last` is the reply to hang up with. */
  readonly failed: (last: Reply) => void;
  /** The connection is gone. */
  readonly gone: (why: string) => void;
}

export class ControlConnection {
  readonly #events: ControlEvents;
  #connection: Connection;
  #receiver: CommandReceiver;
  #closing = false;
  #held = false;
  /** A reply waits for the next one. */
  readonly #cork = new Cork(afterTwoTurns);
  /** An AUTH was read, and nothing behind it. */
  #halted = false;
  /** Something came behind an AUTH, in the clear. */
  #injected = false;

  constructor(connection: Connection, events: ControlEvents) {
    this.#events = events;
    this.#receiver = new CommandReceiver(events.isLoggedIn);
    this.#connection = connection;
  }

  get connection(): Connection {
    return this.#connection;
  }

  /** What came behind AUTH in the clear could pass for what was sent inside TLS (CVE-2021-22947, CVE-2011-1575). */
  get injected(): boolean {
    return this.#injected;
  }

  /** Begins to read. */
  open(): void {
    const connection = this.#connection;
    const { stream } = connection;
    stream.on("error", () => {}); // it is in `closed`
    stream.on("data", this.#receive);
    stream.once("end", () => connection === this.#connection && this.#events.ended());
    void connection.closed.then((close) => {
      if (connection === this.#connection)
        this.#events.gone(close.error?.message ?? "the client has closed the connection");
    });
  }

  /** `mayWait`: for two turns of the event loop; a reply behind it then leaves with it, in one packet. */
  write(reply: Reply, mayWait = false): void {
    const { stream } = this.#connection;
    if (this.#closing || stream.destroyed || stream.writableEnded) return;
    if (mayWait) this.#cork.hold(stream);
    // Node writes the characters of a string as bytes faster than we can make bytes of them.
    stream.write(wireText(reply), "latin1");
    if (!mayWait) this.#cork.release();
    if (stream.writableLength > limits.controlBufferBytesMax) {
      this.#connection.reset();
    }
  }

  /** Reads no more; what the client sends waits in the network. */
  hold(): void {
    this.#held = true;
    this.#connection.stream.pause();
  }

  /** Reads on; harmless when it was not held. */
  release(): void {
    if (!this.#held) return;
    this.#held = false;
    if (!this.#halted && !this.#closing) this.#connection.stream.resume();
  }

  /** The AUTH that stopped the reading came to nothing; harmless when none did. */
  resume(): void {
    if (!this.#halted || this.#closing) return;
    this.#halted = false;
    this.#injected = false;
    const { stream } = this.#connection;
    stream.on("data", this.#receive);
    stream.resume();
  }

  /** Puts what `upgrade` makes of the connection in its place. Throws what it throws; then there is no connection left. */
  async secure(upgrade: (plain: Connection) => Promise<Connection>): Promise<void> {
    const plain = this.#connection;
    plain.stream.removeAllListeners("end");
    this.#connection = await upgrade(plain);
    this.#receiver = new CommandReceiver(this.#events.isLoggedIn);
    this.#halted = false;
    this.open();
  }

  /** Sends what is left, and waits until the connection is gone. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#connection.stream.off("data", this.#receive);
    await this.#connection[Symbol.asyncDispose]();
  }

  readonly #receive = (bytes: Uint8Array): void => {
    this.#events.bytes(bytes);
    const events = this.#receiver.receive(bytes);
    const auth = events.findIndex(isAuth);
    if (auth >= 0) {
      // Whatever comes now belongs to the handshake, should there be one.
      this.#connection.stream.off("data", this.#receive).pause();
      this.#halted = true;
      this.#injected = auth < events.length - 1 || bytes.at(-1) !== 0x0a;
    }
    for (const event of events) this.#dispatch(event);
  };

  #dispatch(event: CommandEvent): void {
    if (this.#closing) return;
    if (event.type === "command") this.#events.command(event.command);
    else if (event.type === "malformed") this.#events.malformed(event.reason);
    else if (event.type === "telnet-answer") this.#connection.stream.write(event.bytes);
    else if (event.type === "foreign") {
      this.#events.failed(makeReply(421, `This is an FTP server, and that was ${event.protocol}. Goodbye.`));
    } else this.#events.failed(makeReply(421, `Goodbye: ${event.error.message}.`));
  }
}

const isAuth = (event: CommandEvent): boolean => event.type === "command" && event.command.verb === "AUTH";
