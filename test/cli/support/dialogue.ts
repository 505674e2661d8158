// Trace events of one session, written shortly.
import type { CloseInfo } from "../../../src/platform/network.ts";
import type { Side, TraceEvent, TraceEventBody } from "../../../src/platform/trace.ts";

/** Collects events; the clock goes on by `stepMs` with each. */
export class Dialogue {
  readonly events: TraceEvent[] = [];
  readonly #session: number;
  readonly #stepMs: number;
  #timeMs = 1_000_000;

  constructor(session = 1, stepMs = 1) {
    this.#session = session;
    this.#stepMs = stepMs;
  }

  wait(milliseconds: number): this {
    this.#timeMs += milliseconds;
    return this;
  }

  event(body: TraceEventBody, session: number = this.#session): this {
    this.events.push({ ...body, session, timeMs: this.#timeMs });
    this.#timeMs += this.#stepMs;
    return this;
  }

  open(): this {
    return this.event({
      type: "session.open",
      client: "127.0.0.1:51234",
      gateway: "127.0.0.1:2001",
      target: "ftp-host:21",
    });
  }

  /** The client's command as it reaches us, and as it goes on (`false`: it does not). */
  command(line: string, onward: string | false = line): this {
    this.event({ type: "ftp.command", side: "downstream", origin: "client", line });
    if (onward === false) return this;
    const origin = onward === line ? "client" : "gateway";
    return this.event({ type: "ftp.command", side: "upstream", origin, line: onward });
  }

  /** The server's reply, passed on. */
  reply(...lines: readonly string[]): this {
    this.event({ type: "ftp.reply", side: "upstream", origin: "server", lines });
    return this.event({ type: "ftp.reply", side: "downstream", origin: "server", lines });
  }

  /** Our own reply to the client. */
  ownReply(...lines: readonly string[]): this {
    return this.event({ type: "ftp.reply", side: "downstream", origin: "gateway", lines });
  }

  dataOpen(side: Side, how = "passive"): this {
    return this.event({ type: "data.open", side, how, local: "127.0.0.1:50001", remote: "127.0.0.1:51235" });
  }

  dataClose(side: Side, bytes: number, close: CloseInfo = { by: "local", how: "fin" }): this {
    return this.event({ type: "data.close", side, close, bytes });
  }
}
