// What a sequence diagram shows, one below the other: lines, connections, calls that failed, what was noted, time that passed.
import type { Evidence, LabEvent } from "../../evidence.ts";
import { type ConnectionEvent, connectionsOf } from "../connection-event.ts";
import { connectionEnds } from "./connection-ends.ts";
import { foldLogins } from "./fold-logins.ts";
import { type PairedLine, pairLines } from "./pair-lines.ts";
import { type GatewayName, isServerLine, type LineEvent, type Participant } from "./participants.ts";

export type Step =
  /** `isWhole`: seen unchanged at both ends. `isLost`: nobody heard it. */
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

export interface StepOptions {
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

/** A call that failed because its connection did; the connection then tells it. */
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
  const isSaying = isServerLine(line) === (line.from === "server");
  const [from, to] = isSaying ? [seer, peer] : [peer, seer];
  // What is said to Sallyport is heard by it, but not told.
  const isLost = other === undefined && isSaying && peer.program !== "gateway";
  const isWhole = other?.text === line.text;
  const text = other === undefined || isWhole ? line.text : `${line.text}, received as ${other.text}`;
  return [{ type: "line", from, to, text, isWhole, isLost }];
}

const seerOf = (line: LineEvent, participants: readonly Participant[]): Participant | undefined =>
  participants.find(({ host, party }) => host === line.host && party === line.party);

/** Who says or hears what only one end has seen: what is between, or else the other end. */
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
