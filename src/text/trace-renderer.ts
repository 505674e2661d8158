// --trace: client <-> gateway on the left, gateway <-> server on the right, notes across, in the order of time. Pure.
import type { TraceEvent } from "../platform/trace.ts";
import { padText, textWidth, wrapText } from "./text-columns.ts";
import { type TraceRow, traceRow } from "./trace-row.ts";

// What passes straight through appears on both sides within this time, and then on one line.
const sameLineMs = 20;

// Beginnings of lines: "  12.345   7 ", "  7 " or " "; and the two characters of the mark with a space.
const prefixWidths = { times: 14, session: 4, none: 1 } as const;
const markWidth = 3;
const bar = " | ";
/** With fewer columns than this there is one column only, and the server's side is indented behind a bar. */
const sideBySideWidth = 72;
const narrowIndent = "     | ";

/** Dresses a piece of a line for a terminal; it must not change how many columns the text takes. */
export type PaintCell = (row: TraceRow, text: string) => string;

export interface TraceLook {
  /** Columns of a terminal; at least 40. Default 120. */
  readonly width?: number;
  /** What each line begins with: seconds and session, the session alone, nothing. Default `times`. */
  readonly prefix?: keyof typeof prefixWidths;
  /** Default: as it is. */
  readonly paint?: PaintCell;
}

/** Gives lines for events. One line may be held back to be shared with the other side: call `flush` when it gets quiet. */
export class TraceRenderer {
  readonly #kind: NonNullable<TraceLook["prefix"]>;
  readonly #columnWidth: number;
  readonly #isNarrow: boolean;
  readonly #paint: PaintCell;
  #startMs: number | undefined;
  #held: TraceRow | undefined;

  constructor({ width = 120, prefix = "times", paint = (_row, text) => text }: TraceLook = {}) {
    this.#kind = prefix;
    this.#isNarrow = width < sideBySideWidth;
    const room = Math.max(width, 40) - prefixWidths[prefix];
    this.#columnWidth = this.#isNarrow ? room : Math.floor((room - bar.length) / 2);
    this.#paint = paint;
  }

  /** What stands at the top of a trace. */
  header(title: string): readonly string[] {
    return [
      `# ${title}`,
      "# > to the server   < to the client   * the gateway's own   = data connection   - note",
      this.columns("client <-> gateway", "gateway <-> server").replace(/^ {14}/, "#  seconds   s"),
    ];
  }

  /** A line with titles for the two columns. */
  columns(downstream: string, upstream: string): string {
    if (this.#isNarrow) return `${" ".repeat(prefixWidths[this.#kind])}   ${downstream} | ${upstream}`;
    const left = padText(`   ${downstream}`, this.#columnWidth);
    return `${" ".repeat(prefixWidths[this.#kind])}${left}${bar}   ${upstream}`;
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
    if (row.place === "both" || this.#isNarrow) return [...before, ...this.#render(row)];
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
    const prefix = this.#prefix(row);
    const lines =
      row.place === "both" ? this.#across(row) : this.#isNarrow ? this.#below(row) : this.#sideBySide(row, other);
    return lines.map((line, index) => (index === 0 ? prefix : " ".repeat(textWidth(prefix))) + line);
  }

  #prefix(row: TraceRow): string {
    if (this.#kind === "none") return " ".repeat(prefixWidths.none);
    const session = `${(row.session === 0 ? "" : String(row.session)).padStart(3)} `;
    if (this.#kind === "session") return session;
    return `${((row.timeMs - (this.#startMs ?? 0)) / 1000).toFixed(3).padStart(9)} ${session}`;
  }

  #across(row: TraceRow): readonly string[] {
    const width = this.#isNarrow ? this.#columnWidth : 2 * this.#columnWidth + bar.length;
    return cell(row, width).map((text) => this.#paint(row, text));
  }

  #below(row: TraceRow): readonly string[] {
    const indent = row.place === "downstream" ? "" : narrowIndent;
    return cell(row, this.#columnWidth - indent.length).map((text) => indent + this.#paint(row, text));
  }

  #sideBySide(row: TraceRow, other: TraceRow | undefined): readonly string[] {
    const of = (place: "downstream" | "upstream"): readonly string[] => {
      const owner = [row, other].find((each) => each?.place === place);
      if (owner === undefined) return [];
      const texts = cell(owner, this.#columnWidth);
      return texts.map((text) => this.#paint(owner, place === "downstream" ? padText(text, this.#columnWidth) : text));
    };
    const [left, right] = [of("downstream"), of("upstream")];
    const nothing = padText("", this.#columnWidth);
    return Array.from({ length: Math.max(left.length, right.length) }, (_, index) =>
      ((left[index] ?? nothing) + bar + (right[index] ?? "")).trimEnd(),
    );
  }
}

// Commands travel from the left to the right, replies back; data connections have no order.
function belongTogether(first: TraceRow, second: TraceRow): boolean {
  const isOtherSide = second.place !== "both" && second.place !== first.place;
  const isCausal = first.kind !== "ftp.command" || first.place === "downstream";
  const isAnswer = first.kind !== "ftp.reply" || first.place === "upstream";
  const isClose = second.timeMs - first.timeMs <= sameLineMs;
  return (
    isOtherSide && isCausal && isAnswer && isClose && first.kind === second.kind && first.session === second.session
  );
}

function cell(row: TraceRow, width: number): readonly string[] {
  const texts = row.lines.flatMap((line) => wrapText(line, width - markWidth));
  return texts.map((text, index) => `${index === 0 ? row.mark : "  "} ${text}`);
}
