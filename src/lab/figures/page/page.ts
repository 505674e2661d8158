// A page of one scenario, and the booklet of many. Self-contained: no script, nothing is loaded from anywhere.

import { type ConnectionEvent, connectionClass, endMark } from "../marks.ts";
import { constantMarkup, element, type Markup } from "../markup.ts";
import { figureStyle, schemes } from "../style.ts";
import { pageStyle } from "./page-style.ts";
import { runSection } from "./run-section.ts";
import { heading, openWords, outcomeWords, type ShownCase, type ShownScenario, verdictOf, ways } from "./shown.ts";

/** An HTML page with one scenario. */
export function scenarioPage(shown: ShownScenario): string {
  return htmlPage(`${shown.number}: ${shown.title}`, [
    element("main", {}, chapterTitle(shown), legend(), chapter(shown)),
  ]);
}

/** An HTML page with a table of contents and one chapter for each scenario, in the order given. */
export function bookletPage(all: readonly ShownScenario[]): string {
  return htmlPage("FTP through SSH: the scenarios of Sallyport's lab", [
    element("header", { class: "cover" }, element("h1", {}, "FTP through SSH"), element("p", {}, introduction)),
    element(
      "nav",
      { "aria-label": "Contents" },
      element("h2", {}, "Contents"),
      contents(all),
      element("p", {}, signWords),
    ),
    element("main", {}, legend(), all.map(chapter)),
  ]);
}

const introduction =
  "Every way in which FTP is known to fail between hosts, above all through ssh -L: who connects to whom, what is sent, what " +
  "each party's system reports, and why. Each scenario is run twice, without and with Sallyport, by the same FTP client.";

const signWords =
  "✓ works, or fails as it must, and then the message says how. ! works, and anybody on the way can read the data. ✕ fails.";

const chapterTitle = ({ number }: ShownScenario): Markup =>
  element("h1", { class: "small" }, `FTP through SSH · ${number}`);

function contents(all: readonly ShownScenario[]): Markup {
  const head = ["", "scenario", "without", "with Sallyport"].map((title) => element("th", { scope: "col" }, title));
  return element(
    "table",
    { class: "contents" },
    element("thead", {}, element("tr", {}, head)),
    element(
      "tbody",
      {},
      all.map((shown) =>
        element(
          "tr",
          {},
          element("td", { class: "scenario" }, shown.number),
          element("td", {}, element("a", { href: `#${shown.number}` }, heading(shown.title))),
          [shown.plain, shown.sallyport].map((run) => {
            const open = openWords(run);
            return element(
              "td",
              { class: verdictOf(run) },
              [outcomeWords(run), ...(open === undefined ? [] : [open])].join(", "),
            );
          }),
        ),
      ),
    ),
  );
}

/** A whole page: self-contained, and able to load and run nothing. */
export function htmlPage(title: string, body: readonly Markup[]): string {
  const head = element(
    "head",
    {},
    element("meta", { charset: "utf-8" }),
    // What a hostile server sends is text here; and even as markup it could load and run nothing.
    element("meta", {
      "http-equiv": "Content-Security-Policy",
      content: "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    }),
    element("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
    element("meta", { name: "color-scheme", content: "light dark" }),
    element("title", {}, title),
    element("style", {}, constantMarkup(`\n${schemes(":root")}${pageStyle}${figureStyle}`)),
  );
  return `<!doctype html>\n${element("html", { lang: "en" }, head, element("body", {}, body)).markup}\n`;
}

// One scenario: what one sees, why, what Sallyport does; then both ways of doing it, below each other.
/** A chapter with its own heading; `id` is the scenario's number. */
function chapter(shown: ShownScenario): Markup {
  const { number, name, title, seen, why, answer } = shown;
  const point = (heading: string, text: string): Markup =>
    element("div", {}, element("h3", {}, heading), element("p", {}, text));
  return element(
    "article",
    { id: number },
    element(
      "header",
      {},
      element("p", { class: "scenario" }, element("b", {}, number), ` ${name}`),
      element("h2", {}, heading(title)),
    ),
    element(
      "div",
      { class: "points" },
      point("What one sees", seen),
      point("Why", why),
      point("What Sallyport does", answer),
    ),
    runs(shown, shown),
    shown.cases.map((variant) => [
      element("h2", { class: "variant" }, `${number} again: ${variant.title}`),
      runs(shown, variant),
    ]),
  );
}

function runs(shown: ShownScenario, variant: Pick<ShownCase, "plain" | "sallyport">): readonly Markup[] {
  const { number, topology } = shown;
  const foldsLogin = number !== "S01";
  return ways.map((way) => runSection(variant[way.key], { number, way, topology, foldsLogin }));
}

// What the lines of the figures mean.
interface Sign extends Pick<ConnectionEvent, "role" | "result" | "clear"> {
  readonly title: string;
}

const signs: readonly Sign[] = [
  { title: "made", role: "control", result: "made", clear: false },
  { title: "made, for data", role: "data", result: "made", clear: false },
  { title: "made, in the clear: anybody on the way can read it", role: "data", result: "made", clear: true },
  { title: "refused or failed", role: "data", result: "refused", clear: false },
  { title: "dropped", role: "data", result: "dropped", clear: false },
  { title: "an SSH connection, around what goes through it", role: "ssh", result: "made", clear: false },
];

export function legend(): Markup {
  return element("ul", { class: "legend", "aria-label": "What the lines mean" }, signs.map(signItem));
}

function signItem(sign: Sign): Markup {
  const drawing = element(
    "svg",
    { class: "figure", width: 56, height: 24, viewBox: "0 0 56 24", "aria-hidden": "true" },
    element(
      "g",
      { class: `lane ${connectionClass(sign)}` },
      sign.role === "ssh"
        ? element("rect", { class: "tube", x: 1, y: 3, width: 54, height: 18, rx: 9 })
        : [element("path", { class: "line", d: "M1 12 H53" }), endMark(sign.result, 54, 12, "right")],
    ),
  );
  return element("li", {}, drawing, element("span", {}, sign.title));
}
