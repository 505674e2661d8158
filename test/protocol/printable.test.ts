import { describe, expect, test } from "vitest";
import { printable } from "../../src/protocol/printable.ts";
import { fc } from "../support/fast-check.ts";
import { unwire } from "./bytes.ts";

describe("text to be shown", () => {
  test.each([
    ["plain", "plain"],
    ["50% off", "50% off"],
    ["50%41", "50%41"],
    ["caf\xc3\xa9 50%41", "café 50%41"],
    ["wide: € é", "wide: € é"],
    ["C:\\foo", "C:\\foo"],
    ["\xc3\xa4\xe2\x82\xac", "ä€"],
    ["\xf0\x9f\x9a\xaa", "🚪"],
    ["stray \xe4", "stray \\xe4"],
    ["\xc3\xa4 \xe4", "\\xc3\\xa4 \\xe4"],
    ["\x1b[2J\x07\r\n\0\x7f", "\\x1b[2J\\x07\\x0d\\x0a\\x00\\x7f"],
    ["\xc2\x9b31m", "\\x9b31m"],
    ["\xe2\x80\xaetxt.exe", "\\u{202e}txt.exe"],
    ["\xe2\x80\xa8", "\\u{2028}"],
    ["already wide: €\u202e", "already wide: €\\u{202e}"],
  ])("%j is %s", (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  test("is cut at its limit, counted as shown", () => {
    expect(printable("abcd", 4)).toBe("abcd");
    expect(printable("abcde", 4)).toBe("abcd...");
    expect(printable("\xc3\xa4\xc3\xa4\xc3\xa4", 2)).toBe("ää...");
  });

  test("never has a control character, whatever bytes it was", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(printable(unwire(bytes))).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});
