import { expect, test } from "vitest";
import { matchesPattern, matchesPatternList } from "../../../src/ssh/embedded/pattern.ts";
import { fc } from "../../support/fast-check.ts";

const facts: readonly (readonly [string, string, boolean])[] = [
  ["*", "", true],
  ["*", "anything", true],
  ["?", "", false],
  ["?", "a", true],
  ["a?c", "abc", true],
  ["a?c", "ac", false],
  ["*.example.com", "www.example.com", true],
  ["*.example.com", "example.com", false],
  ["192.168.0.?", "192.168.0.12", false],
  ["a*b*c", "a-b-b-c", true],
  ["a*b*c", "a-b-b", false],
  ["a.c", "abc", false],
  ["[host]:22", "[host]:22", true],
];

test.each(facts)("pattern %s on '%s' is %s", (pattern, text, expected) => {
  expect(matchesPattern(pattern, text)).toBe(expected);
});

test("a pattern matches what the same regular expression matches", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "b", "*", "?"), maxLength: 8 });
  const texts = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 10 });
  fc.assert(
    fc.property(letters, texts, (pattern, text) => {
      const expression = new RegExp(`^${pattern.replaceAll("*", ".*").replaceAll("?", ".")}$`);
      expect(matchesPattern(pattern, text)).toBe(expression.test(text));
    }),
  );
});

test("many stars take no more than polynomial time", () => {
  expect(matchesPattern(`${"*a".repeat(50)}b`, "a".repeat(5000))).toBe(false);
});

test("a negated pattern that matches wins, wherever it stands", () => {
  expect(matchesPatternList(["*.com", "!evil.com"], "evil.com")).toBe(false);
  expect(matchesPatternList(["!evil.com", "*.com"], "evil.com")).toBe(false);
  expect(matchesPatternList(["!evil.com", "*.com"], "good.com")).toBe(true);
});

test("negated patterns alone match nothing", () => {
  expect(matchesPatternList(["!evil.com"], "good.com")).toBe(false);
});
