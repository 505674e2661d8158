// The control connection of a client without manners.
import type { Connection } from "../../src/platform/network.ts";
import type { Reply } from "../../src/protocol/reply.ts";
import { ReplyReceiver } from "../../src/protocol/reply-receiver.ts";
import type { Conversation } from "./conversation.ts";
import type { Program } from "./program.ts";

/** Longer than anything that Sallyport or our server waits for. */
export const patienceMs = 400_000;

const junkBytes = {
  long: Buffer.from(`${"x".repeat(100_000)}\r\n`),
  binary: Buffer.from(Array.from({ length: 3000 }, (_, index) => (index * 167 + 13) & 255)),
  // WILL, WONT, DO, DONT, a subnegotiation, and a command between them (RFC 854).
  telnet: Buffer.from([
    255, 251, 1, 255, 252, 1, 255, 253, 3, 255, 254, 3, 255, 250, 24, 1, 255, 240, 78, 79, 79, 80, 13, 10,
  ]),
  bare: Buffer.from("NOOP\nNOOP\rNOOP\r\n"),
};

export class RawControl {
  readonly connection: Connection;
  readonly #program: Program;
  readonly #conversation: Conversation;
  readonly #say: (text: string) => void;
  readonly #replies: Reply[] = [];
  #isOver = false;
  #hasQuit = false;
  #wake: () => void = () => {};

  constructor(connection: Connection, program: Program, conversation: Conversation, say: (text: string) => void) {
    this.connection = connection;
    this.#program = program;
    this.#conversation = conversation;
    this.#say = say;
    const { stream } = connection;
    const receiver = new ReplyReceiver();
    stream.on("data", (bytes: Buffer) => {
      for (const event of receiver.receive(bytes)) {
        if (event.type === "reply") this.#take(event.reply);
      }
    });
    for (const event of ["end", "close", "error"]) {
      stream.on(event, () => {
        this.#isOver = true;
        this.#wake();
      });
    }
  }

  /** Nothing comes any more, or nothing may be said. */
  get isOver(): boolean {
    return this.#hasQuit || (this.#isOver && this.#replies.length === 0);
  }

  /** Pipelined; `before` each command goes what is no command: Telnet's Synch. */
  say(lines: readonly string[], before: Uint8Array = new Uint8Array(0)): void {
    const { stream } = this.connection;
    if (!stream.writable) return;
    for (const line of lines) {
      this.#hasQuit ||= line === "QUIT";
      this.#say(`> ${JSON.stringify(line)}`);
      this.#conversation.said(line);
    }
    stream.write(Buffer.concat([before, ...lines.map((line) => Buffer.from(`${line}\r\n`, "latin1"))]));
  }

  get hasQuit(): boolean {
    return this.#hasQuit;
  }

  /** What is no command. */
  junk(what: "long" | "binary" | "telnet" | "bare"): void {
    this.#say(`> junk: ${what}`);
    if (this.connection.stream.writable) this.connection.stream.write(junkBytes[what]);
  }

  /** The next reply; `undefined` when there will be none. */
  async reply(): Promise<Reply | undefined> {
    let isLate = false;
    const cancel = this.#program.clock.after(patienceMs, () => {
      isLate = true;
      this.#wake();
    });
    while (this.#replies.length === 0 && !this.#isOver && !isLate) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    cancel();
    if (isLate) {
      this.#say("waits no longer");
      this.#isOver = true;
    }
    return this.#replies.shift();
  }

  /** The next reply that is not 1yz. */
  async final(): Promise<Reply | undefined> {
    for (;;) {
      const reply = await this.reply();
      if (reply === undefined || reply.code >= 200) return reply;
    }
  }

  /** The final reply of a transfer, past those to `chats` commands that were said meanwhile; all of them have come then. */
  async finalOfTransfer(chats: () => number): Promise<Reply | undefined> {
    let seen = 0;
    let last = await this.final();
    for (; last !== undefined && isChat(last); last = await this.final()) seen += 1;
    while (last !== undefined && seen < chats() && (await this.final()) !== undefined) seen += 1;
    return last;
  }

  async ask(line: string): Promise<Reply | undefined> {
    this.say([line]);
    return this.final();
  }

  #take(reply: Reply): void {
    this.#say(`< ${reply.lines.join(" | ")}`);
    this.#conversation.heard(reply);
    this.#replies.push(reply);
    this.#wake();
  }
}

/** To NOOP or STAT, never to a transfer. */
const isChat = ({ code }: Reply): boolean => code === 200 || (code >= 211 && code <= 213);
