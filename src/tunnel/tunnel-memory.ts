// What a tunnel has learned of its server and its SSH host, from its trace events: told to the user who asks, in sentences.
import type { TraceEvent } from "../platform/trace.ts";
import { limits } from "../protocol/limits.ts";
import { printable } from "../protocol/printable.ts";

/** Answered at once: what lies between is the way there and back. */
const quick = /^(?:SYST|FEAT|NOOP|PWD|CWD|TYPE|EPSV|PASV|SIZE|MDTM|PBSZ|PROT)\b/i;

export class TunnelMemory {
  readonly #counts: Map<string, number> = new Map();
  readonly #asked: Map<number, number> = new Map();
  #sessions = 0;
  #connected = 0;
  #fastestMs: number | undefined;
  #lastMs: number | undefined;
  #lastLoss: string | undefined;

  observe(event: TraceEvent): void {
    if (event.type === "session.open") this.#sessions += 1;
    if (event.type === "session.close") this.#asked.delete(event.session);
    if (event.type === "ssh.connected") this.#connected += 1;
    if (event.type === "ssh.lost") this.#lastLoss = event.reason;
    this.#time(event);
    const sentence = sentenceOf(event);
    if (sentence !== undefined) this.#count(printable(sentence, limits.tunnelMemoryTextMax));
  }

  /** The newest last. */
  sentences(): readonly string[] {
    const times = [...this.#counts].map(([text, count]) => (count === 1 ? text : `${text} (${count} times)`));
    return [
      `It has had ${this.#sessions} sessions and ${this.#connected} SSH connections.`,
      ...(this.#lastLoss === undefined
        ? []
        : [`SSH was lost: ${printable(this.#lastLoss, limits.tunnelMemoryTextMax)}.`]),
      ...(this.#fastestMs === undefined
        ? []
        : [`A round trip to the server took ${this.#fastestMs} ms at best, ${this.#lastMs} ms at last.`]),
      ...times,
    ];
  }

  #time(event: TraceEvent): void {
    if (event.type === "ftp.command" && event.side === "upstream") {
      // Of what is pipelined nobody knows which reply is whose.
      if (quick.test(event.line) && !this.#asked.has(event.session)) this.#asked.set(event.session, event.timeMs);
      else this.#asked.set(event.session, Number.NaN);
    }
    if (event.type !== "ftp.reply" || event.side !== "upstream") return;
    const tookMs = Math.round(event.timeMs - (this.#asked.get(event.session) ?? Number.NaN));
    this.#asked.delete(event.session);
    if (Number.isNaN(tookMs)) return;
    this.#lastMs = tookMs;
    this.#fastestMs = Math.min(this.#fastestMs ?? tookMs, tookMs);
  }

  /** What happens again moves to the end; what has not for long is forgotten. */
  #count(sentence: string): void {
    const count = (this.#counts.get(sentence) ?? 0) + 1;
    this.#counts.delete(sentence);
    this.#counts.set(sentence, count);
    for (const oldest of this.#counts.keys()) {
      if (this.#counts.size <= limits.tunnelMemorySentencesMax) return;
      this.#counts.delete(oldest);
    }
  }
}

/** Without ports that differ each time: what is the same counts as the same. */
function sentenceOf(event: TraceEvent): string | undefined {
  switch (event.type) {
    case "data.open":
      return event.side === "upstream"
        ? `Data connections towards the server: ${event.how}.`
        : `Data connections towards clients: ${event.how}.`;
    case "relay.note":
    case "relay.warning":
      return `${event.note.replace(/\.$/, "")}.`;
    case "target.unfit":
      return `The server cannot be used as it is: ${event.reason}.`;
    case "ssh.channel.refused":
      return `The SSH host refused a channel to ${event.target.replace(/:\d{5}$/, ":*")}: ${event.reason}.`;
    case "data.rejected-peer":
      return `A data connection from somebody else was turned away: ${event.remote.replace(/:\d+$/, "")}.`;
    case "client.refused":
      return "A client of another user was turned away.";
    case "ftp.reply": {
      const [line = ""] = event.lines;
      const isOurs = event.side === "downstream" && event.origin === "gateway";
      return isOurs && /^4\d\d/.test(line) ? `A client was answered: ${line}` : undefined;
    }
    default:
      return undefined;
  }
}
