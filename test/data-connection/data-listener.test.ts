import { describe, expect, it } from "vitest";
import { fitPortRanges } from "../../src/data-connection/data-listener.ts";
import { fc } from "../support/fast-check.ts";

const mangled = [554, 1720, 1723, 5060, 5061, 6667];
const range = fc
  .tuple(fc.integer({ min: 0, max: 65_535 }), fc.integer({ min: 0, max: 65_535 }))
  .map(([a, b]) => ({ first: Math.min(a, b), last: Math.max(a, b) }));

describe("ports fit for data", () => {
  it("a range without mangled ports stays as it is", () => {
    expect(fitPortRanges({ first: 50_000, last: 50_100 })).toEqual([{ first: 50_000, last: 50_100 }]);
    expect(fitPortRanges({ first: 0, last: 0 })).toEqual([{ first: 0, last: 0 }]);
  });

  it("the ports of SIP are left out, and the larger piece comes first", () => {
    expect(fitPortRanges({ first: 5055, last: 5070 })).toEqual([
      { first: 5062, last: 5070 },
      { first: 5055, last: 5059 },
    ]);
  });

  it("a range of nothing but mangled ports is used all the same", () => {
    expect(fitPortRanges({ first: 5060, last: 5061 })).toEqual([{ first: 5060, last: 5061 }]);
  });

  it("every other port of any range is kept, and only those", () => {
    fc.assert(
      fc.property(range, ({ first, last }) => {
        const pieces = fitPortRanges({ first, last });
        const count = pieces.reduce((sum, piece) => sum + piece.last - piece.first + 1, 0);
        const bad = mangled.filter((port) => port >= first && port <= last).length;
        const all = last - first + 1;
        expect(count).toBe(all === bad ? all : all - bad);
        if (all === bad) return;
        for (const port of mangled) {
          expect(pieces.some((piece) => port >= piece.first && port <= piece.last)).toBe(false);
        }
      }),
    );
  });
});
