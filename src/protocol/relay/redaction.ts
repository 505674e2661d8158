// Some servers repeat what they were sent (`500 'PASS ...': not understood`, STAT): a password must not get into a trace by
// that way either.
import type { Reply } from "../reply.ts";
import type { Secret } from "../secret.ts";
import type { RelayAction } from "./messages.ts";

/** How many of a session's secrets are remembered: PASS and ACCT of two attempts to log in. */
const secretsMax = 4;

/** The part of a trace that knows the session's secrets. Nothing that goes on the wire passes through it. */
export class Redaction {
  #patterns: RegExp[] = [];

  remember(secret: Secret): void {
    const text = secret.reveal();
    if (text === "") return;
    const literal = text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
    // Whole words only: a short password is a part of many harmless words.
    this.#patterns = [...this.#patterns, new RegExp(`(?<!\\w)${literal}(?!\\w)`, "g")].slice(-secretsMax);
  }

  /** The action as a trace may show it. */
  apply(action: RelayAction): RelayAction {
    if (this.#patterns.length === 0) return action;
    if (action.type === "replied") return { ...action, reply: this.#reply(action.reply) };
    if (action.type === "note") return { ...action, note: this.#text(action.note) };
    if (action.type === "close") return { ...action, reason: this.#text(action.reason) };
    return action;
  }

  #reply(reply: Reply): Reply {
    return { code: reply.code, lines: reply.lines.map((line) => this.#text(line)) };
  }

  #text(text: string): string {
    return this.#patterns.reduce((shown, pattern) => shown.replace(pattern, "***"), text);
  }
}
