// What happened in a simulation, a line for each event: `milliseconds who what`.
import type { TraceEventBody } from "../../src/platform/trace.ts";
import { formatPacket } from "../../src/simulation/links/packet.ts";
import type { Simulation } from "../../src/simulation/simulation.ts";

export class SwarmTrace {
  readonly #simulation: Simulation;
  readonly #lines: string[] = [];
  #packets = 0;
  #digest = 0x811c9dc5;

  /** `showsPackets`: a line for each of them, else only their number and a digest of all. */
  constructor(simulation: Simulation, showsPackets: boolean) {
    this.#simulation = simulation;
    simulation.observe((seen) => {
      if (seen.type === "failed") {
        this.say(seen.node, `failed ${seen.call} ${seen.system}`);
        return;
      }
      const what = formatPacket(seen.packet);
      if (seen.type === "packet") this.#packets += 1;
      this.#count(`${this.#simulation.nowMs} ${seen.node} ${what}`);
      if (showsPackets || seen.type === "dropped") this.say(seen.node, `${seen.type} ${what}`);
    });
  }

  get packets(): number {
    return this.#packets;
  }

  say(who: string, what: string): void {
    this.#lines.push(`${this.#simulation.nowMs.toFixed(3)} ${who} ${what}`);
  }

  event(who: string, event: TraceEventBody): void {
    this.say(who, describe(event));
  }

  text(): string {
    const digest = this.#digest.toString(16).padStart(8, "0");
    return [...this.#lines, `${this.#packets} packets, digest ${digest}`].join("\n");
  }

  /** FNV-1a. */
  #count(line: string): void {
    let digest = this.#digest;
    for (let at = 0; at < line.length; at += 1) digest = Math.imul(digest ^ line.charCodeAt(at), 0x01000193);
    this.#digest = digest >>> 0;
  }
}

function describe(event: TraceEventBody): string {
  if (event.type === "ftp.command") return `${event.side} > ${event.origin} ${event.line}`;
  if (event.type === "ftp.reply") return `${event.side} < ${event.origin} ${event.lines.join(" | ")}`;
  const { type, ...rest } = event;
  return `${type} ${JSON.stringify(rest, (_key, value: unknown) => (value instanceof Error ? value.message : value))}`;
}
