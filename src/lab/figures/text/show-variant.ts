// What is shown of a scenario, part by part: lines out. Pure.

import { escapeText } from "../../../text/escape-text.ts";
import type { Paint } from "../../../text/paint.ts";
import { wrapText } from "../../../text/text-columns.ts";
import type { Evidence, LabEvent, NetstatLine } from "../../evidence.ts";
import { describeOutcome, isAsExpected, type Variant } from "../../run-scenario.ts";
import type { Scenario } from "../../scenario.ts";
import { withPrograms } from "../sequence/participants.ts";
import { drawFigure } from "./text-figure.ts";

const width = 98;

/** Lines that belong together; `--step` waits between two of them. */
export type Part = readonly string[];

export function showOpening({ number, name, title, seen }: Scenario, paint: Paint): Part {
  return [paint("title", `${number} ${name}: ${title}`), "", ...indented(seen), ""];
}

export function showVariant(scenario: Scenario, variant: Variant, evidence: Evidence, paint: Paint): readonly Part[] {
  const heading = variant.side === "plain" ? "Without Sallyport" : "With Sallyport";
  const { events } = evidence;
  return [
    [
      paint("title", `${heading}${variant.title === "" ? "" : `: ${variant.title}`}`),
      "",
      ...variant.run.typed.map((line) => `  ${line}`),
      "",
    ],
    [...showNodes(scenario, variant, evidence), "", ...drawFigure(scenario.topology, events, { paint }), ""],
    [paint("title", "The client's dialogue"), ...showDialogue(events, paint), ""],
    [paint("title", "What each host saw"), ...showCalls(events, paint), ...showNetstat(events, paint), ""],
    [
      ...showVerdict(variant, evidence, paint),
      ...indented(variant.side === "plain" ? scenario.why : scenario.answer),
      "",
    ],
  ];
}

/** What runs on each host, and what the routers do. */
function showNodes({ topology }: Scenario, { side }: Variant, evidence: Evidence): readonly string[] {
  const { hosts, routers } = withPrograms(topology, evidence, side === "plain" ? "ssh" : "Sallyport");
  return [...hosts, ...routers].map(({ name, title = "" }) => `  ${name.padEnd(10)}${title}`.trimEnd());
}

/** `as expected: fails, 425`, or what was expected in its place. */
function showVerdict({ run }: Variant, evidence: Evidence, paint: Paint): Part {
  const { outcome } = evidence;
  return isAsExpected(evidence, run)
    ? [paint("good", `as expected: ${describeOutcome(outcome)}${run.rightly === undefined ? "" : `: ${run.rightly}`}`)]
    : [paint("bad", `NOT as expected: ${describeOutcome(outcome)}; expected: ${describeOutcome(run.expected)}`)];
}

function showDialogue(events: readonly LabEvent[], paint: Paint): readonly string[] {
  const lines = events.filter((event) => event.type === "line" && event.party !== "ftp-server");
  const parties = new Set(lines.map((event) => (event.type === "line" ? event.party : "")));
  const end = events.findLastIndex((event) => event.type === "line");
  return events.flatMap((event, index) => {
    // What was looked at in the middle; the end is shown for each host.
    if (event.type === "netstat" && index < end) return showSockets(event.host, event.rows, paint);
    if (event.type === "note") {
      // The name of a client that is called as its host is there already.
      const text = event.text.startsWith(`${event.host}: `) ? event.text : `${event.host}: ${event.text}`;
      return wrap(`  - ${text}`).map((line) => paint("quiet", line));
    }
    if (event.type !== "line" || event.party === "ftp-server") return [];
    const who = parties.size > 1 ? `${event.party}: ` : "";
    const text = escapeText(event.text);
    if (event.from === "client") return wrap(`  ${who}---> ${text}`);
    const isBad = /^[45]\d\d/.test(text);
    return wrap(`  ${who}${text}`).map((line) => (isBad ? paint("bad", line) : line));
  });
}

function showCalls(events: readonly LabEvent[], paint: Paint): readonly string[] {
  const calls = events.flatMap((event) =>
    event.type === "call" ? wrap(`  ${event.host}: ${event.call}: ${event.error}`) : [],
  );
  return calls.length === 0 ? ["  no system call failed"] : calls.map((line) => paint("bad", line));
}

/** The last of each host. */
function showNetstat(events: readonly LabEvent[], paint: Paint): readonly string[] {
  const last = new Map(
    events.flatMap((event) => (event.type === "netstat" ? [[event.host, event.rows] as const] : [])),
  );
  return [...last].flatMap(([host, rows]) => showSockets(host, rows, paint));
}

function showSockets(host: string, rows: readonly NetstatLine[], paint: Paint): readonly string[] {
  return [
    `  ${host}$ netstat -tan`,
    ...rows.map(({ local, remote, state }) => {
      const line = `    tcp  ${local.padEnd(24)}${remote.padEnd(24)}${state}`;
      return state === "TIME_WAIT" ? paint("own", line) : line;
    }),
  ];
}

export const indented = (text: string): readonly string[] =>
  wrapText(text, width - 2).map((line) => `  ${line.trimStart()}`);
const wrap = (text: string): readonly string[] => wrapText(text, width);
