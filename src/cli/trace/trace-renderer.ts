// --trace: client <-> gateway on the left, gateway <-> server on the right, notes across, in the order of time. Pure.
import type { TraceEvent } from "../../platform/trace.ts";
import { padText, textWidth, wrapText } from "./text-width.ts";
import { type TraceRow, traceRow } from "./trace-row.ts";

// What passes straight through appears on both sides within this time, and then on one line.
const sameLineMs = 20;

// "  12.345   7 " and the two characters of the mark with a space.
const prefixWidth = 14;
const markWidth = 3;
const bar = " | ";

/** Gives lines for events. One line may be held back to be shared with the other side: call `flush` when it gets quiet. */
export class TraceRenderer {
  readonly #columnWidth: number;
  #startMs: number | undefined;
  #held: TraceRow | undefined;

  /** `width` in columns of a terminal; at least 80. */
  constructor(width: number = 120) {
    this.#columnWidth = Math.floor((Math.max(width, 80) - prefixWidth - bar.length) / 2);
  }

  /** What stands at the top of a trace. */
  header(title: string): readonly string[] {
    const left = padText("   client <-> gateway", this.#columnWidth);
    return [
      `# ${title}`,
      "# > to the server   < to the client   * the gateway's own   = data connection   - note",
      `${"#  seconds   s".padEnd(prefixWidth)}${left}${bar}   gateway <-> server`,
    ];
  }

  /** Lines that are complete now. */
  push(event: TraceEvent): readonly string[] {
    this.#startMs ??= event.timeMs;
    const row = traceRow(event);
    const held = this.#held;
    if (held !== undefined && belongTogether(held, row)) {
      this.#held = undefined;
      return this.#render(held, row);
    }
    const before = this.flush();
    if (row.place === "both") return [...before, ...this.#render(row)];
    this.#held = row;
    return before;
  }

  /** The line that was held back, if any. */
  flush(): readonly string[] {
    const held = this.#held;
    this.#held = undefined;
    return held === undefined ? [] : this.#render(held);
  }

  #render(row: TraceRow, other?: TraceRow): readonly string[] {
    const seconds = ((row.timeMs - (this.#startMs ?? 0)) / 1000).toFixed(3).padStart(9);
    const session = (row.session === 0 ? "" : String(row.session)).padStart(3);
    const prefix = `${seconds} ${session} `;
    const lines = row.place === "both" ? this.#across(row) : this.#sideBySide(row, other);
    return lines.map((line, index) => (index === 0 ? prefix : " ".repeat(textWidth(prefix))) + line);
  }

  #across(row: TraceRow): readonly string[] {
    return cell(row, 2 * this.#columnWidth + bar.length);
  }

  #sideBySide(row: TraceRow, other: TraceRow | undefined): readonly string[] {
    const of = (place: "front" | "back"): readonly string[] => {
      const owner = [row, other].find((each) => each?.place === place);
      return owner === undefined ? [] : cell(owner, this.#columnWidth);
    };
    const [left, right] = [of("front"), of("back")];
    return Array.from({ length: Math.max(left.length, right.length) }, (_, index) =>
      (padText(left[index] ?? "", this.#columnWidth) + bar + (right[index] ?? "")).trimEnd(),
    );
  }
}

// Commands travel from the left to the right, replies back; data connections have no order.
function belongTogether(first: TraceRow, second: TraceRow): boolean {
  const isOtherSide = second.place !== "both" && second.place !== first.place;
  const isCausal = first.kind !== "ftp.command" || first.place === "front";
  const isAnswer = first.kind !== "ftp.reply" || first.place === "back";
  const isClose = second.timeMs - first.timeMs <= sameLineMs;
  return (
    isOtherSide && isCausal && isAnswer && isClose && first.kind === second.kind && first.session === second.session
  );
}

function cell(row: TraceRow, width: number): readonly string[] {
  const texts = row.lines.flatMap((line) => wrapText(line, width - markWidth));
  return texts.map((text, index) => `${index === 0 ? row.mark : "  "} ${text}`);
}
