import { describe, expect, test } from "vitest";
import { RateMeter } from "../../src/text/progress.ts";
import { progressLine, shortBytes, shortTime, summaryLine } from "../../src/text/progress-line.ts";
import { textWidth } from "../../src/text/text-columns.ts";
import { fc } from "../support/fast-check.ts";

const MiB = 1_048_576;

describe("the line of a transfer", () => {
  const state = { name: "big.iso", bytes: 45 * MiB, size: 100 * MiB, rate: 11 * MiB, elapsedMs: 4000 };

  test("has share, name, bar, bytes, rate and the time left", () => {
    expect(progressLine(state, 80)).toBe(
      " 45% big.iso [==============                  ] 45.0 MiB 11.0 MiB/s   0:05 left",
    );
  });

  test.each([
    [{ ...state, size: undefined }, "big.iso 45.0 MiB 11.0 MiB/s        0:04"],
    [{ ...state, rate: undefined }, "--:-- left"],
    [{ ...state, rate: 0 }, "stalled"],
    [{ ...state, bytes: 0, size: 0, rate: undefined }, "big.iso      0 B"],
    [{ ...state, bytes: 100 * MiB }, "100% big.iso [================================]"],
    [{ ...state, bytes: 101 * MiB }, "100% big.iso"],
  ])("%j", (changed, part) => {
    expect(progressLine(changed, 80)).toContain(part);
  });

  test("keeps the end of a long name", () => {
    const line = progressLine({ ...state, name: `${"x".repeat(200)}.tar.gz` }, 80);
    expect(line).toMatch(/^ 45% \.\.\.x+\.tar\.gz \[=+ +\] /);
  });

  test("never fills the terminal's width", () => {
    const width = fc.integer({ min: 1, max: 200 });
    const name = fc.string({ unit: "grapheme" });
    fc.assert(
      fc.property(
        width,
        name,
        fc.maxSafeNat(),
        fc.option(fc.maxSafeNat(), { nil: undefined }),
        (columns, text, bytes, size) => {
          expect(textWidth(progressLine({ ...state, name: text, bytes, size }, columns))).toBeLessThan(
            Math.max(columns, 1),
          );
        },
      ),
    );
  });
});

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "0.98 KiB"],
  [1200, "1.17 KiB"],
  [10_240, "10.0 KiB"],
  [1_023_000, "999 KiB"],
  [1_023_999, "0.98 MiB"],
  [45.1 * MiB, "45.1 MiB"],
  [2 ** 40, "1.00 TiB"],
  [2 ** 53, "8.00 PiB"],
])("%d bytes are %s", (bytes, text) => {
  expect(shortBytes(bytes)).toBe(text);
});

test.each([
  [0, "0:00"],
  [7_400, "0:07"],
  [3_599_400, "59:59"],
  [3_600_000, "1:00:00"],
  [360_000_000, "100:00:00"],
])("%d ms are %s", (ms, text) => {
  expect(shortTime(ms)).toBe(text);
});

test("the summary has a rate when there was time to measure", () => {
  expect(summaryLine("received", 1170, 12)).toBe("1,170 bytes received in 12 ms (95.2 KiB/s)");
  expect(summaryLine("sent", 1, 0)).toBe("1 byte sent in 0 ms");
});

describe("the rate", () => {
  test("is not known in the first quarter of a second", () => {
    expect(new RateMeter(0, 0).rate(249, 1000)).toBeUndefined();
    expect(new RateMeter(0, 0).rate(250, 1000)).toBe(4000);
  });

  test("is of the last five seconds, and 0 for a transfer that stands still", () => {
    const meter = new RateMeter(0, 5000);
    for (let ms = 0; ms <= 10_000; ms += 50) meter.update(ms, 5000 + ms);
    expect(meter.rate(10_000, 15_000)).toBeCloseTo(1000);
    for (let ms = 10_000; ms <= 16_000; ms += 50) meter.update(ms, 15_000);
    expect(meter.rate(16_000, 15_000)).toBe(0);
  });
});
