// A page of one scenario, and the booklet of many. Self-contained: no script, nothing is loaded from anywhere.
import { constantMarkup, element, type Markup } from "../markup.ts";
import { figureStyle, schemes } from "../style.ts";
import { chapter } from "./chapter.ts";
import { legend } from "./legend.ts";
import { pageStyle } from "./page-style.ts";
import { heading, openWords, outcomeWords, type ShownScenario, verdictOf } from "./shown.ts";

/** An HTML page with one scenario. */
export function scenarioPage(shown: ShownScenario): string {
  return page(`${shown.number}: ${shown.title}`, [element("main", {}, chapterTitle(shown), legend(), chapter(shown))]);
}

/** An HTML page with a table of contents and one chapter for each scenario, in the order given. */
export function bookletPage(all: readonly ShownScenario[]): string {
  return page("FTP through SSH: the scenarios of Sallyport's lab", [
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
  "Every way in which FTP is known to fail between hosts, above all through ssh -L: who connects to whom, what is said, what " +
  "each party's system reports, and why. Each scenario is played twice, without and with Sallyport, by the same FTP client.";

const signWords =
  "✓ works, or fails as it must, and then it says how. ! works, and anybody on the way can read the data. ✕ fails.";

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
          [shown.plain, shown.sallyport].map((act) => {
            const open = openWords(act);
            return element(
              "td",
              { class: verdictOf(act) },
              [outcomeWords(act), ...(open === undefined ? [] : [open])].join(", "),
            );
          }),
        ),
      ),
    ),
  );
}

function page(title: string, body: readonly Markup[]): string {
  const head = element(
    "head",
    {},
    element("meta", { charset: "utf-8" }),
    // What a hostile server says is text here; and even as markup it could load and run nothing.
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
