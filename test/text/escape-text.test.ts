import { expect, test } from "vitest";
import { escapeText } from "../../src/text/escape-text.ts";
import { fc } from "../support/fast-check.ts";

test.each([
  ["plain text, ü, 漢字 and 🙂", "plain text, ü, 漢字 and 🙂"],
  ["a\r\nb\tc", "a\\r\\nb\\tc"],
  ["\u001b[31mred\u0007", "\\x1b[31mred\\x07"],
  ["\u009b31m\u007f\u0000", "\\x9b31m\\x7f\\x00"],
  ["exe\u202egpj.txt", "exe\\u{202e}gpj.txt"],
  ["zero\u200bwidth\ufeff", "zero\\u{200b}width\\u{feff}"],
  ["line\u2028end", "line\\u{2028}end"],
  ["\ud800 alone", "\\u{d800} alone"],
])("%j is shown as %s", (text, shown) => {
  expect(escapeText(text)).toBe(shown);
});

test("nothing that a terminal obeys is left, and a second time changes nothing", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const shown = escapeText(text);
      expect(shown).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      expect(escapeText(shown)).toBe(shown);
    }),
  );
});
