// Follows one session's events and gives a transfer when it is over: what it was, how much, how long, how it ended.
import type { CloseInfo } from "../platform/network.ts";
import type { TraceEvent } from "../platform/trace.ts";
import { findCommand } from "../protocol/command-table.ts";
import { printable } from "../protocol/printable.ts";

export interface FinishedTransfer {
  /** The command as the client wrote it. */
  readonly command: string;
  /** First line of the final reply; `""` when the session ended before it. */
  readonly reply: string;
  readonly bytes: number;
  readonly durationMs: number;
  /** Absent when no data connection was opened. */
  readonly close?: CloseInfo;
}

interface Pending {
  readonly command: string;
  readonly startMs: number;
  readonly transfers: boolean;
  reply?: string;
}

/** One per session. Replies are matched to commands in order, as the gateway itself does. */
export class TransferWatch {
  readonly #commands: Pending[] = [];
  #answered: Pending | undefined;
  #data: { open: boolean; bytes: number; close?: CloseInfo } | undefined;

  /** Takes an event of this session; gives the transfer that it finished, if any. */
  observe(event: TraceEvent): FinishedTransfer | undefined {
    if (event.type === "session.close") return this.#finish(event.timeMs);
    if (!("side" in event) || event.side !== "downstream") return undefined;
    if (event.type === "ftp.command") this.#command(event.line, event.timeMs);
    if (event.type === "ftp.reply") this.#reply(event.lines[0] ?? "");
    if (event.type === "data.open") this.#data = { open: true, bytes: 0 };
    if (event.type === "data.half-close" && this.#data !== undefined) this.#data.bytes = event.bytes;
    if (event.type === "data.close" && this.#data !== undefined) {
      this.#data = { open: false, bytes: event.bytes, close: event.close };
    }
    // A transfer is over when data is closed and the final reply has come, in either order.
    const isOver = this.#answered !== undefined && this.#data?.open !== true;
    return isOver ? this.#finish(event.timeMs) : undefined;
  }

  #command(line: string, timeMs: number): void {
    const transfers = findCommand(line.split(" ", 1)[0] ?? "")?.relay === "transfer";
    this.#commands.push({ command: line, startMs: timeMs, transfers });
  }

  #reply(line: string): void {
    const code = Number.parseInt(line, 10);
    if (code < 200 || this.#commands.length === 0) return;
    // STAT during a transfer is answered before the transfer is (RFC 959 section 4.1.3).
    const isStatus = code >= 211 && code <= 213;
    const status = this.#commands.findIndex(({ command }) => isStatus && /^STAT\b/i.test(command));
    const [pending] = this.#commands.splice(Math.max(status, 0), 1);
    if (pending?.transfers !== true) return;
    pending.reply = printable(line);
    this.#answered = pending;
  }

  #finish(timeMs: number): FinishedTransfer | undefined {
    const transfer = this.#answered ?? (this.#data === undefined ? undefined : this.#commands.find((c) => c.transfers));
    const data = this.#data;
    this.#answered = undefined;
    this.#data = undefined;
    if (transfer === undefined) return undefined;
    return {
      command: transfer.command,
      reply: transfer.reply ?? "",
      bytes: data?.bytes ?? 0,
      durationMs: timeMs - transfer.startMs,
      ...(data?.close === undefined ? {} : { close: data.close }),
    };
  }
}
