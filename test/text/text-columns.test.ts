import { describe, expect, test } from "vitest";
import { padText, textWidth, wrapText } from "../../src/text/text-columns.ts";
import { fc } from "../support/fast-check.ts";

test.each([
  ["abc", 3],
  ["", 0],
  ["über", 4],
  ["u\u0308ber", 4],
  ["漢字", 4],
  ["한글.txt", 8],
  ["🙂", 2],
  ["✅ done ⭐", 10],
])("%s takes %i columns", (text, width) => {
  expect(textWidth(text)).toBe(width);
});

test("padding counts columns, not characters", () => {
  expect(padText("漢字", 6)).toBe("漢字  ");
  expect(padText("longer", 3)).toBe("longer");
});

describe("wrapping", () => {
  test("what fits is one line", () => {
    expect(wrapText("just fits", 9)).toEqual(["just fits"]);
  });

  test("cuts at a space near the end, and indents what follows", () => {
    expect(wrapText("227 Entering Passive Mode now", 20)).toEqual(["227 Entering Passive", "  Mode now"]);
  });

  test("cuts a long word where it must", () => {
    expect(wrapText("abcdefghijklmnop", 8)).toEqual(["abcdefgh", "  ijklmn", "  op"]);
  });

  test("no line is wider than asked, and no character but spaces is lost", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", " ", "ü", "漢", "🙂", "u\u0308"), maxLength: 80 });
    fc.assert(
      fc.property(text, fc.integer({ min: 6, max: 30 }), (given, width) => {
        const lines = wrapText(given, width);
        for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(width);
        expect(lines.join("").replaceAll(" ", "")).toBe(given.replaceAll(" ", ""));
      }),
    );
  });
});
