import { describe, expect, test } from "vitest";
import { openWord, quoteWord, splitLine } from "../../src/prompt/split-line.ts";
import { thrownBy } from "../protocol/thrown-by.ts";
import { fc } from "../support/fast-check.ts";

const texts = (line: string): string[] => splitLine(line).map(({ text }) => text);

describe("a line", () => {
  test.each([
    ["", []],
    ["  \t ", []],
    ["get a b", ["get", "a", "b"]],
    ["  get\t a  ", ["get", "a"]],
    ['get "a b" c', ["get", "a b", "c"]],
    ['get a" "b', ["get", "a b"]],
    ['get ""', ["get", ""]],
    ['put "a\\"b" \\"', ["put", 'a"b', '"']],
    ["get a\\ b \\\\", ["get", "a b", "\\"]],
    ["get 'a b'", ["get", "'a", "b'"]],
    ["get \u00e4\u00a0b", ["get", "\u00e4\u00a0b"]],
  ])("%j is %j", (line, words) => {
    expect(texts(line)).toEqual(words);
  });

  test("tells globbing what was quoted", () => {
    expect(splitLine('*.txt "*"x \\?{a}').map(({ pattern }) => pattern)).toEqual(["*.txt", "\\*x", "\\?{a}"]);
  });

  test.each(['get "a', "get a\\", '"'])("%j is not complete", (line) => {
    expect(thrownBy(() => splitLine(line))).toMatchObject({ code: "USAGE_INVALID" });
  });

  test("of quoted words is those words", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1 })), (words) => {
        expect(texts(words.map((word) => quoteWord(word)).join(" "))).toEqual(words);
        expect(texts(words.map((word) => `${quoteWord(word, true)}"`).join(" "))).toEqual(words);
        for (const { text, pattern } of splitLine(words.map((word) => quoteWord(word)).join(" "))) {
          expect(pattern.replace(/\\([\s\S])/g, "$1")).toBe(text);
        }
      }),
    );
  });
});

describe("the word at the end", () => {
  test.each([
    ["", { before: [], text: "", start: 0, quoted: false }],
    ["ge", { before: [], text: "ge", start: 0, quoted: false }],
    ["get ", { before: ["get"], text: "", start: 4, quoted: false }],
    ["get a\\ b", { before: ["get"], text: "a b", start: 4, quoted: false }],
    ['get "a b', { before: ["get"], text: "a b", start: 4, quoted: true }],
    ['get "', { before: ["get"], text: "", start: 4, quoted: true }],
    ['get "a b" ', { before: ["get", "a b"], text: "", start: 10, quoted: false }],
    ["get a\\", { before: ["get"], text: "a", start: 4, quoted: false }],
  ])("of %j", (line, word) => {
    expect(openWord(line)).toEqual(word);
  });
});
