// The doctor's report as text: the verdict first, then each finding with its evidence and its remedy.
import type { WayName } from "../../../doctor/facts.ts";
import type { DoctorReport, FindingReport, WayReport } from "../../../doctor/report.ts";
import type { FindingRow } from "../../../protocol/findings/finding.ts";
import { escapeText } from "../../../text/escape-text.ts";
import type { Paint } from "../../../text/paint.ts";
import { wrapText } from "../../../text/text-columns.ts";
import { pathConnections, pathTopology } from "../page/path-figure.ts";
import { type ConnectionEvent, drawFigure } from "./text-figure.ts";

export interface Look {
  readonly paint: Paint;
  readonly columns: number;
}

/** No line is wider than the terminal, nor than 100 columns. */
export function reportLines(report: DoctorReport, { paint, columns }: Look): readonly string[] {
  const width = widthFor(columns);
  const wrap = wrapperFor(columns);
  const verdict = wrap(verdictText(report)).map((line) => paint(report.health === "well" ? "good" : "title", line));
  return [
    ...verdict,
    ...report.ways.flatMap((way) => wrap(wayLine(way))),
    "",
    ...pathPicture(report, { paint, width }),
    ...report.findings.flatMap((finding) => ["", ...findingLines(finding, wrap, paint)]),
    ...seenLines(report, wrap),
  ];
}

function seenLines({ observations, notLookedAt, learned }: DoctorReport, wrap: Wrap): readonly string[] {
  const ofTunnel =
    learned === undefined
      ? []
      : ["", "What the tunnel there has learned:", ...learned.flatMap((one) => wrap(one, "  "))];
  const left = notLookedAt.length === 0 ? [] : [`Not looked at: ${notLookedAt.join("; ")}.`];
  const lines = [...observations, ...left].flatMap((seen) => wrap(seen));
  return [...ofTunnel, ...(lines.length === 0 ? [] : ["", ...lines])];
}

const wayNames: Readonly<Record<WayName, string>> = { direct: "Directly", ssh: "Through SSH" };

/** Boxes need some room; without it the connections alone are told. */
const pictureWidthMin = 48;

function pathPicture(report: DoctorReport, { paint, width }: { paint: Paint; width: number }): readonly string[] {
  const words = new Map(pathConnections(report).map(([event, text]) => [event, escapeText(text)]));
  const describe = (event: ConnectionEvent): string => words.get(event) ?? "";
  if (width < pictureWidthMin) return [...words.values()].flatMap((text) => wrapText(text, width));
  const topology = pathTopology(report);
  const hosts = topology.hosts.map((host) => ({ ...host, attached: { path: escapeText(host.title ?? "") } }));
  return drawFigure({ ...topology, hosts }, [...words.keys()], { paint, width: width - 2, describe });
}

function wayLine({ way, loggedIn, modes, greeting, roundTripMs }: WayReport): string {
  const login = loggedIn ? "logged in" : greeting === undefined ? "no session" : "not logged in";
  const each = modes.map(({ mode, works }) => `${mode} ${works ? "works" : "fails"}`);
  const time = roundTripMs === undefined ? [] : [`round trip ${Math.round(roundTripMs)} ms`];
  return `${wayNames[way]}: ${[login, ...time, ...each].join(", ")}${greeting === undefined ? "" : `; ${greeting}`}`;
}

const verdicts: Readonly<Record<DoctorReport["health"], string>> = {
  well: "All is well.",
  warnings: "FTP works, but not in every way.",
  broken: "FTP cannot work from here as it is.",
  unknown: "It could not be found out whether FTP works from here.",
};

/** In one line. */
export function verdictText({ health, use, complete }: DoctorReport): string {
  const cut = complete ? "" : " Not everything was looked at: it was ended before.";
  const verdict = health === "well" && !complete ? "So far all is well." : verdicts[health];
  return `${verdict}${use === undefined ? "" : ` Use ${use}.`}${cut}`;
}

/** A finding without evidence: what it means, and what helps at each server. */
export function explanationLines(row: FindingRow & { readonly id: string }, look: Look): readonly string[] {
  const { id, scenario, title, why, remedies, instead } = row;
  const wrap = wrapperFor(look.columns);
  const heading = wrap(`${scenario === undefined ? id : `${id} (${scenario})`}: ${title}`);
  const words = { why, remedies: remedies.map(([at, what]) => ({ at, do: what })), instead };
  return [...heading.map((line) => look.paint("title", line)), ...adviceLines(words, wrap)];
}

type Wrap = (text: string, indent?: string) => readonly string[];

function wrapperFor(columns: number): Wrap {
  const width = widthFor(columns);
  return (text, indent = "") =>
    wrapText(escapeText(text), width - indent.length).map((line) => `${indent}${line.trimStart()}`);
}

const widthFor = (columns: number): number => Math.max(30, Math.min(columns, 100));

type Advice = Pick<FindingReport, "why" | "remedies"> & { readonly instead: string | undefined };

const adviceLines = ({ why, remedies, instead }: Advice, wrap: Wrap): readonly string[] => [
  ...wrap(why, "  "),
  ...(remedies.length === 0 ? [] : ["  What helps:"]),
  ...remedies.flatMap(({ at, do: what }) => wrap(`${at}: ${what}`, "    ")),
  ...(instead === undefined ? [] : wrap(`Or without any of it: ${instead}`, "  ")),
];

function findingLines(finding: FindingReport, wrap: Wrap, paint: Paint): readonly string[] {
  const { id, scenario, way, severity, title, why, evidence, remedies, instead } = finding;
  const where = way === undefined ? "" : `, ${wayNames[way].toLowerCase()}`;
  const number = scenario === undefined ? id : `${id} (${scenario})`;
  return [
    ...wrap(`${number} ${severity}${where}: ${title}`).map((line) =>
      paint(severity === "failure" ? "bad" : "title", line),
    ),
    ...evidence.flatMap((line) => wrap(line, "  | ")),
    ...adviceLines({ why, remedies, instead }, wrap),
  ];
}
