// A line is seen where it is said and where it is heard. Seen unchanged at both ends it is one arrow; else something between
// has said or heard it.
import type { LabEvent } from "../../evidence.ts";
import { type GatewayName, isServerLine, type LineEvent } from "./participants.ts";

export interface PairedLine {
  readonly line: LineEvent;
  /** The same line at the other end. */
  readonly other: LineEvent | undefined;
}

/** What Sallyport answers and asks itself: the same words on both sides are then two lines. */
const arranging = /^(?:PASV|EPSV|LPSV|PORT|EPRT|LPRT)\b/i;

/** Each line once, at the place where it was first seen. */
export function pairLines(events: readonly LabEvent[], gateway: GatewayName): ReadonlyMap<LabEvent, PairedLine> {
  const lines = events.filter((event) => event.type === "line");
  const ownOfGateway = gateway === "Sallyport" ? arrangingLines(lines) : new Set<LineEvent>();
  const pairs = new Map<LabEvent, PairedLine>();
  const taken = new Set<LineEvent>();
  for (const [index, line] of lines.entries()) {
    if (taken.has(line)) continue;
    const other = isSaid(line)
      ? lines.slice(index + 1).find((later) => !taken.has(later) && isHeard(line, later) && !ownOfGateway.has(later))
      : undefined;
    const pair = other === undefined || ownOfGateway.has(line) ? undefined : other;
    if (pair !== undefined) taken.add(pair);
    pairs.set(line, { line, other: pair });
  }
  return pairs;
}

/** Seen by the one who says it. */
const isSaid = (line: LineEvent): boolean => isServerLine(line) === (line.from === "server");

const isHeard = (said: LineEvent, later: LineEvent): boolean =>
  later.text === said.text && later.from === said.from && isServerLine(later) !== isServerLine(said);

/** Commands that arrange data connections, and the replies to them, at either end. */
function arrangingLines(lines: readonly LineEvent[]): Set<LineEvent> {
  const found = new Set<LineEvent>();
  const isAsked = new Map<string, boolean>();
  for (const line of lines) {
    const end = `${line.host} ${line.party}`;
    if (line.from === "client") isAsked.set(end, arranging.test(line.text));
    if (isAsked.get(end) === true) found.add(line);
  }
  return found;
}
