// One scenario: what one sees, why, what Sallyport does; then both ways of doing it, below each other.
import { element, type Markup } from "../markup.ts";
import { actSection } from "./act-section.ts";
import { heading, type ShownScenario, type ShownVariant, ways } from "./shown.ts";

/** A chapter with its own heading; `id` is the scenario's number. */
export function chapter(shown: ShownScenario): Markup {
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
    acts(shown, shown),
    shown.variants.map((variant) => [
      element("h2", { class: "variant" }, `${number} again: ${variant.title}`),
      acts(shown, variant),
    ]),
  );
}

function acts(shown: ShownScenario, variant: Pick<ShownVariant, "plain" | "sallyport">): readonly Markup[] {
  const { number, topology } = shown;
  const foldsLogin = number !== "S01";
  return ways.map((way) => actSection(variant[way.key], { number, way, topology, foldsLogin }));
}
