// A drawing as an <svg> element in a page, and as a separate file.
import { constantMarkup, element, type Markup } from "./markup.ts";
import { figureStyle, schemes } from "./style.ts";

export interface Drawing {
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
  readonly content: readonly Markup[];
}

/** In a window that would make it smaller, a figure scrolls in its box: its text could not be read otherwise. */
const scaleMin = 0.8;

const size = ({ width, height }: Drawing): { width: number; height: number; viewBox: string } => ({
  width: Math.ceil(width),
  height: Math.ceil(height),
  viewBox: `0 0 ${Math.ceil(width)} ${Math.ceil(height)}`,
});

/** For a page that has `figureStyle` and `schemes`. `label` is what is to be seen, in words, for those who do not see it. */
export function inlineFigure(drawing: Drawing, label: string): Markup {
  const style = `min-width:${Math.ceil(drawing.width * scaleMin)}px`;
  return element(
    "svg",
    { class: "figure", role: "img", "aria-label": label, style, ...size(drawing) },
    drawing.content,
  );
}

/** A whole SVG file, light or dark as its viewer prefers. */
export function figureFile(drawing: Drawing, label: string): string {
  const ground = element("rect", { class: "ground", width: "100%", height: "100%" });
  const svg = element(
    "svg",
    { xmlns: "http://www.w3.org/2000/svg", class: "figure", role: "img", ...size(drawing) },
    element("title", {}, label),
    element("style", {}, constantMarkup(schemes(".figure") + figureStyle.replaceAll("&", "&amp;"))),
    ground,
    drawing.content,
  );
  return `${svg.markup}\n`;
}
