import { describe, expect, it } from "vitest";
import { portsInRandomOrder } from "../../src/platform/port-range.ts";
import { fc } from "../support/fast-check.ts";

describe("the ports of a range in random order", () => {
  it("are every port of it exactly once, whatever the randomness", () => {
    const ranges = fc.tuple(fc.integer({ min: 1, max: 65_000 }), fc.integer({ min: 0, max: 300 }));
    fc.assert(
      fc.property(ranges, fc.infiniteStream(fc.nat()), ([first, more], numbers) => {
        const random = { below: (limit: number) => (numbers.next().value ?? 0) % limit };
        const ports = [...portsInRandomOrder({ first, last: first + more }, random)];
        expect(ports.toSorted((a, b) => a - b)).toEqual(Array.from({ length: more + 1 }, (_, index) => first + index));
      }),
    );
  });

  it("port 0 stands for itself", () => {
    expect([...portsInRandomOrder({ first: 0, last: 0 }, { below: () => 0 })]).toEqual([0]);
  });

  it("each port is as likely to be the first", () => {
    const firsts = new Set<number | undefined>();
    for (let choice = 0; choice < 5; choice += 1) {
      firsts.add(portsInRandomOrder({ first: 10, last: 14 }, { below: () => choice }).next().value ?? undefined);
    }
    expect(firsts).toEqual(new Set([10, 11, 12, 13, 14]));
  });
});
