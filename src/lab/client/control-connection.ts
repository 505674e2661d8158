// The scripted client's control connection: lines out, replies in.
import { onAbort } from "../../platform/abort.ts";
import type { Connection } from "../../platform/network.ts";
import { type NotifyClientEvent, systemName } from "./client-events.ts";

const withoutPassword = (line: string): string => line.replace(/^(PASS|ACCT) .*/i, "$1 XXXX");

export class ControlConnection {
  readonly #connection: Connection;
  readonly #notify: NotifyClientEvent;
  /** First lines of replies that nobody has asked for yet. */
  readonly #replies: string[] = [];
  #text = "";
  /** Code of a reply of several lines that has begun. */
  #open: { readonly end: string; readonly first: string } | undefined;
  #isEnded = false;
  readonly #waiting: (() => void)[] = [];

  constructor(connection: Connection, notify: NotifyClientEvent) {
    this.#connection = connection;
    this.#notify = notify;
    const { stream } = connection;
    stream.on("data", (bytes: Buffer) => this.#receive(bytes.toString("latin1")));
    stream.on("error", (error) => notify({ type: "call", call: "read control connection", error: systemName(error) }));
    for (const event of ["end", "close"]) stream.on(event, () => this.#end());
  }

  send(line: string): void {
    this.#notify({ type: "line", from: "client", text: withoutPassword(line) });
    if (this.#connection.stream.writable) this.#connection.stream.write(`${line}\r\n`);
  }

  /** First line of the next reply; empty once the connection has ended, or when the signal aborts. */
  async reply(signal: AbortSignal): Promise<string> {
    await this.hasReply(signal);
    return this.#replies.shift() ?? "";
  }

  /** The reply that {@link reply} gives next, if it has come. */
  get next(): string | undefined {
    return this.#replies[0];
  }

  /** Resolves when there is a reply to read, or will never be one. */
  async hasReply(signal: AbortSignal): Promise<void> {
    while (this.#replies.length === 0 && !this.#isEnded && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const stopListening = onAbort(signal, resolve);
        this.#waiting.push(() => {
          stopListening();
          resolve();
        });
      });
    }
  }

  #receive(text: string): void {
    const lines = (this.#text + text).split("\n");
    this.#text = lines.pop() ?? "";
    for (const line of lines) this.#receiveLine(line.replace(/\r$/, ""));
    this.#wake();
  }

  /** RFC 959 section 4.2: `123-` begins a reply of several lines, `123 ` ends it. */
  #receiveLine(line: string): void {
    this.#notify({ type: "line", from: "server", text: line });
    if (this.#open === undefined && /^\d{3}-/.test(line)) this.#open = { end: `${line.slice(0, 3)} `, first: line };
    else if (this.#open === undefined) this.#replies.push(line);
    else if (line.startsWith(this.#open.end)) {
      this.#replies.push(this.#open.first.replace("-", " "));
      this.#open = undefined;
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #end(): void {
    if (!this.#isEnded) this.#notify({ type: "note", text: "the control connection has ended" });
    this.#isEnded = true;
    this.#wake();
  }
}
