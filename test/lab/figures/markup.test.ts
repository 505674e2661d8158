import { expect, test } from "vitest";
import { element, escapeText, visibleText } from "../../../src/lab/figures/markup.ts";
import { fc } from "../../support/fast-check.ts";

test.each([
  ["<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"],
  ["a & b", "a &amp; b"],
  [`"quoted" 'twice'`, "&quot;quoted&quot; &#39;twice&#39;"],
  ["&lt;", "&amp;lt;"],
  ["\x1b[31m\r\n\0", "\\x1b[31m\\x0d\\x0a\\x00"],
  ["226 \u202etxt.exe", "226 \\u202etxt.exe"],
  ["\ud800 alone", "\\ud800 alone"],
  ["Ümläute → 日本", "Ümläute → 日本"],
])("%j is written %s", (text, written) => {
  expect(escapeText(text)).toBe(written);
});

const anyText = fc.string({ unit: "binary", maxLength: 40 });
const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

test("no text becomes a tag, ends an attribute or begins an entity", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const { markup } = element("text", { title: text }, text);
      const entities = count(markup, /&(?:amp|lt|gt|quot|#39);/g);
      return count(markup, /[<>]/g) === 4 && count(markup, /"/g) === 2 && count(markup, /&/g) === entities;
    }),
  );
});

test("text that was made visible stays as it is", () => {
  fc.assert(fc.property(anyText, (text) => visibleText(visibleText(text)) === visibleText(text)));
});

test("attributes that are undefined are left out, numbers have at most one decimal", () => {
  expect(element("rect", { x: 1.25001, y: 2, rx: undefined }).markup).toBe('<rect x="1.3" y="2"/>');
});
