// The doctor's report as a page: the verdict, the path as a figure, and each finding with the lab's figures of its scenario.
import type { WayName } from "../../../doctor/facts.ts";
import type { DoctorReport, FindingReport } from "../../../doctor/report.ts";
import { element, type Markup } from "../markup.ts";
import { drawUprightNetwork, drawWideNetwork } from "../network/draw-network.ts";
import { connectionList } from "./evidence-blocks.ts";
import { htmlPage, legend } from "./page.ts";
import { pathEvidence, pathTopology } from "./path-figure.ts";
import { bothWidths, networkFigure } from "./run-section.ts";
import { outcomeWords, type ShownScenario, ways } from "./shown.ts";

/** `scenarios`: those of the findings, as the lab has just played them. `verdict`: the text's own. */
export function doctorPage(report: DoctorReport, verdict: string, scenarios: readonly ShownScenario[]): string {
  const title = `FTP to ${report.server}`;
  return htmlPage(title, [
    element(
      "main",
      {},
      element("h1", {}, title),
      element("p", { class: "verdict" }, element("b", {}, verdict)),
      waysTable(report),
      path(report),
      report.findings.map((finding) => chapter(finding, scenarios)),
      seen(report),
    ),
  ]);
}

const wayNames: Readonly<Record<WayName, string>> = { direct: "directly", ssh: "through SSH" };

function waysTable({ ways: all }: DoctorReport): Markup {
  const rows = all.map(({ way, greeting = "", modes }) =>
    element(
      "tr",
      {},
      element("td", {}, wayNames[way]),
      element(
        "td",
        {},
        modes.map(({ mode, works }) =>
          element("span", { class: works ? "mode works" : "mode fails" }, `${works ? "✓" : "✕"} ${mode} `),
        ),
      ),
      element("td", {}, greeting),
    ),
  );
  const head = ["way", "modes", "greeting"].map((name) => element("th", { scope: "col" }, name));
  return element(
    "div",
    { class: "scroll", tabindex: "0" },
    element("table", { class: "modes" }, element("thead", {}, element("tr", {}, head)), element("tbody", {}, rows)),
  );
}

function path(report: DoctorReport): Markup {
  const [topology, evidence] = [pathTopology(report), pathEvidence(report)];
  const label = `connections to ${report.server}; the list below has the same in words`;
  return element(
    "section",
    {},
    element("h2", {}, "Who connects to whom"),
    legend(),
    bothWidths(drawWideNetwork(topology, evidence), drawUprightNetwork(topology, evidence), label, "network"),
    connectionList(evidence),
  );
}

function chapter(finding: FindingReport, scenarios: readonly ShownScenario[]): Markup {
  const { id, scenario, way, severity, title, why, evidence, remedies, instead } = finding;
  const played = scenarios.find(({ number }) => number === scenario);
  const where = way === undefined ? "" : `, ${wayNames[way]}`;
  return element(
    "article",
    { id: `${id}${way ?? ""}` },
    element("p", { class: "scenario" }, element("b", {}, id), ` ${severity}${where}`),
    element("h2", {}, `${title.slice(0, 1).toUpperCase()}${title.slice(1)}`),
    element("p", {}, why),
    evidence.length === 0 ? undefined : element("pre", { tabindex: "0" }, evidence.join("\n").split("\n").map(line)),
    remedies.length === 0 ? undefined : element("h3", {}, "What helps"),
    element(
      "ul",
      {},
      remedies.map(({ at, do: what }) => element("li", {}, element("b", {}, at), `: ${what}`)),
    ),
    instead === undefined ? undefined : element("p", {}, "Or without any of it: ", element("code", {}, instead)),
    played === undefined ? undefined : inTheLab(played),
  );
}

const line = (text: string): Markup[] => [element("span", {}, text), { markup: "\n" }];

/** The same failure between hosts that are known through and through, and the same with Sallyport. */
function inTheLab(shown: ShownScenario): Markup {
  const { number, topology } = shown;
  return element(
    "section",
    { class: "lab" },
    element("h3", {}, `${number} in the lab`),
    ways.map((way) => {
      const run = shown[way.key];
      return [
        element("h4", {}, `${way.title}: ${outcomeWords(run)}`),
        networkFigure(run, { number, way, topology, foldsLogin: true }),
        connectionList(run.evidence),
      ];
    }),
  );
}

function seen({ observations, notLookedAt, learned = [] }: DoctorReport): Markup | undefined {
  const all = [
    ...learned.map((one) => `The tunnel: ${one}`),
    ...observations,
    ...notLookedAt.map((what) => `Not looked at: ${what}.`),
  ];
  if (all.length === 0) return undefined;
  return element(
    "section",
    {},
    element("h2", {}, "What else was seen"),
    element(
      "ul",
      {},
      all.map((text) => element("li", {}, text)),
    ),
  );
}
