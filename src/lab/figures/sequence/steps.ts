// What a sequence diagram shows, one below the other: lines, connections, calls that failed, what was noted, time that passed.
import type { Evidence, LabEvent } from "../../evidence.ts";
import { type ConnectionEvent, connectionsOf } from "../marks.ts";
import { connectionEnds } from "./connection-ends.ts";
import { type GatewayName, isServerLine, type LineEvent, type Participant } from "./participants.ts";

export type Step =
  /** `isWhole`: seen unchanged at both ends. `isLost`: nobody received it. */
  | {
      readonly type: "line";
      readonly from: Participant;
      readonly to: Participant;
      readonly text: string;
      readonly isWhole: boolean;
      readonly isLost: boolean;
    }
  /** The lines of a login, which are the same in every scenario. */
  | { readonly type: "login"; readonly from: Participant; readonly to: Participant; readonly text: string }
  | {
      readonly type: "connection";
      readonly from: Participant;
      readonly to: Participant;
      readonly number: number;
      readonly connection: ConnectionEvent;
      /** Error of the system that its maker got. */
      readonly error: string | undefined;
    }
  | { readonly type: "remark"; readonly at: Participant; readonly text: string; readonly isBad: boolean }
  | { readonly type: "pause"; readonly ms: number };

interface StepOptions {
  readonly participants: readonly Participant[];
  readonly gateway: GatewayName;
  /** A login that goes through unchanged is one step. */
  readonly foldsLogin: boolean;
}

/** A pause shorter than this many milliseconds is not worth a word. */
const pauseMin = 1000;

export function stepsOf(evidence: Evidence, options: StepOptions): Step[] {
  const pairs = pairLines(evidence.events, options.gateway);
  const connections = connectionsOf(evidence);
  const steps: Step[] = [];
  let before = 0;
  for (const event of evidence.events) {
    const made = stepsOfEvent(event);
    if (made.length === 0) continue;
    if (steps.length > 0 && event.atMs - before >= pauseMin) steps.push({ type: "pause", ms: event.atMs - before });
    before = event.atMs;
    steps.push(...made);
  }
  return options.foldsLogin ? foldLogins(steps) : steps;

  function stepsOfEvent(event: LabEvent): Step[] {
    if (event.type === "line") return lineSteps(pairs.get(event), options.participants);
    if (event.type === "connection") return connectionSteps(event);
    if (event.type === "call" && connections.some((connection) => isOf(event, connection))) return [];
    if (event.type === "netstat") return [];
    const at = placeOf(event.host, options.participants);
    if (at === undefined) return [];
    const text = event.type === "call" ? `${event.call}: ${event.error}` : event.text;
    return [{ type: "remark", at, text, isBad: event.type === "call" }];
  }

  function connectionSteps(connection: ConnectionEvent): Step[] {
    const ends = connectionEnds(connection, evidence, options.participants);
    if (ends === undefined) return [];
    const error = evidence.events.find((event) => event.type === "call" && isOf(event, connection));
    const number = connections.indexOf(connection) + 1;
    return [
      { type: "connection", ...ends, number, connection, error: error?.type === "call" ? error.error : undefined },
    ];
  }
}

/** A call that failed because its connection did; the connection then shows it. */
function isOf(call: LabEvent, connection: ConnectionEvent): boolean {
  return (
    call.type === "call" &&
    connection.result !== "made" &&
    call.host === connection.fromHost &&
    call.call === `connect ${connection.to}`
  );
}

function lineSteps(pair: PairedLine | undefined, participants: readonly Participant[]): Step[] {
  if (pair === undefined) return [];
  const { line, other } = pair;
  const seer = seerOf(line, participants);
  const peer = other === undefined ? between(line, participants) : seerOf(other, participants);
  if (seer === undefined || peer === undefined) return [];
  const isSending = isServerLine(line) === (line.from === "server");
  const [from, to] = isSending ? [seer, peer] : [peer, seer];
  // What is sent to Sallyport is received by it, though no evidence has that.
  const isLost = other === undefined && isSending && peer.program !== "gateway";
  const isWhole = other?.text === line.text;
  const text = other === undefined || isWhole ? line.text : `${line.text}, received as ${other.text}`;
  return [{ type: "line", from, to, text, isWhole, isLost }];
}

const seerOf = (line: LineEvent, participants: readonly Participant[]): Participant | undefined =>
  participants.find(({ host, party }) => host === line.host && party === line.party);

/** Who sends or receives what only one end has seen: what is between, or else the other end. */
function between(line: LineEvent, participants: readonly Participant[]): Participant | undefined {
  const wanted = isServerLine(line) ? "client" : "server";
  return (
    participants.find(({ program, label }) => program === "gateway" && label === "Sallyport") ??
    participants.find(({ program }) => program === wanted)
  );
}

function placeOf(host: string, participants: readonly Participant[]): Participant | undefined {
  const there = participants.filter((participant) => participant.host === host);
  return there.find(({ program }) => program === "server" || program === "client") ?? there[0] ?? participants[0];
}

// A line is seen where it is sent and where it is received. Seen unchanged at both ends it is one arrow; else something between
// has sent or received it.
interface PairedLine {
  readonly line: LineEvent;
  /** The same line at the other end; with other words where a router has rewritten it (nf_nat_ftp). */
  readonly other: LineEvent | undefined;
}

/** What Sallyport answers and asks itself: the same words on both sides are then two lines. */
const arranging = /^(?:PASV|EPSV|LPSV|PORT|EPRT|LPRT)\b/i;

/** Each line once, at the place where it was first seen. */
function pairLines(events: readonly LabEvent[], gateway: GatewayName): ReadonlyMap<LabEvent, PairedLine> {
  const lines = events.filter((event) => event.type === "line");
  const ownOfGateway = gateway === "Sallyport" ? arrangingLines(lines) : new Set<LineEvent>();
  const pairs = new Map<LabEvent, PairedLine>();
  const taken = new Set<LineEvent>();
  for (const [index, line] of lines.entries()) {
    if (taken.has(line)) continue;
    const received = isSent(line)
      ? lines
          .slice(index + 1)
          .filter((later) => !taken.has(later) && isReceived(line, later) && !ownOfGateway.has(later))
      : [];
    const other =
      received.find(({ text }) => text === line.text) ??
      received.slice(0, gateway === "Sallyport" ? 0 : 1).find(({ text }) => verbOf(text) === verbOf(line.text));
    const pair = other === undefined || ownOfGateway.has(line) ? undefined : other;
    if (pair !== undefined) taken.add(pair);
    pairs.set(line, { line, other: pair });
  }
  return pairs;
}

/** Seen by the one who sends it. */
const isSent = (line: LineEvent): boolean => isServerLine(line) === (line.from === "server");

const isReceived = (sent: LineEvent, later: LineEvent): boolean =>
  later.from === sent.from && isServerLine(later) !== isServerLine(sent);

const verbOf = (text: string): string => text.split(/[ -]/, 1)[0] ?? "";

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

// Login is the same in every scenario: where it goes through unchanged it takes one step.
const parts = /^(?:220[ -]|331 |230[ -]|200 |USER |PASS |TYPE )/i;

function foldLogins(steps: readonly Step[]): Step[] {
  const folded: Step[] = [];
  for (let index = 0; index < steps.length; ) {
    const length = loginLength(steps, index);
    const first = steps[index];
    if (first === undefined) break;
    if (length > 0 && first.type === "line") {
      const words = steps.slice(index, index + length).map((step) => (step.type === "line" ? wordOf(step.text) : ""));
      // Greeting: from the server, so the ends are turned around.
      folded.push({ type: "login", from: first.to, to: first.from, text: `login: ${words.join(", ")}` });
      index += length;
    } else {
      folded.push(first);
      index += 1;
    }
  }
  return folded;
}

/** How many steps from here are the login of one session, from the greeting to 230 or what TYPE gets; 0 when none begins. */
function loginLength(steps: readonly Step[], start: number): number {
  const greeting = steps[start];
  if (greeting?.type !== "line" || !greeting.text.startsWith("220") || !greeting.isWhole) return 0;
  let length = 0;
  let isIn = false;
  for (const step of steps.slice(start)) {
    if (step.type !== "line" || !step.isWhole || !parts.test(step.text)) break;
    // Another session, or its greeting.
    if (![step.from, step.to].includes(greeting.to) || (isIn && step.text.startsWith("220"))) break;
    length += 1;
    isIn ||= step.text.startsWith("230");
  }
  return isIn ? length : 0;
}

const wordOf = (text: string): string => text.slice(0, text.startsWith("TYPE") ? 6 : text.search(/[ -]|$/));
