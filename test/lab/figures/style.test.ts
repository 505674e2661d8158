import { expect, test } from "vitest";
import { schemes } from "../../../src/lab/figures/style.ts";

/** WCAG 2: relative luminance. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const [light = {}, dark = {}] = Array.from(schemes(":root").matchAll(/:root\{([^}]*)\}/g), (match) =>
  Object.fromEntries(Array.from((match[1] ?? "").matchAll(/--(\w+):(#\w{6})/g), ([, name, value]) => [name, value])),
);

const texts = ["ink", "muted", "made", "data", "bad", "lost", "open", "link"];
const grounds = ["ground", "panel", "box", "router", "tube"];

test.each([
  ["light", light],
  ["dark", dark],
])("%s: every colour of text can be read on every ground", (_, scheme) => {
  const poor = texts.flatMap((text) =>
    grounds.flatMap((ground) => {
      const ratio = contrast(scheme[text] ?? "#000000", scheme[ground] ?? "#000000");
      return ratio >= 4.5 ? [] : [`${text} on ${ground}: ${ratio.toFixed(2)}`];
    }),
  );
  expect(poor).toEqual([]);
});
