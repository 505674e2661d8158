import { describe, expect, it } from "vitest";
import { fc } from "../../support/fast-check.ts";
import { ModelWorld } from "./model-world.ts";
import { choices, longRun, numRuns, scenario } from "./scenarios.ts";

describe("a relay between an honest server and any client", () => {
  it(
    "answers every command once and in order, and confirms no transfer that was not carried whole",
    () => {
      fc.assert(
        fc.property(scenario, choices, (given, chosen) => {
          const world = new ModelWorld(given);
          world.run(chosen);
          for (const line of world.checker.confirmed) {
            const pair = world.data.pairOf(line);
            expect([line, pair?.copied, pair?.finished]).toEqual([line, "eof", true]);
          }
          for (const line of world.server.stored)
            expect([line, world.data.pairOf(line)?.copied]).toEqual([line, "eof"]);
        }),
        { numRuns },
      );
    },
    longRun,
  );

  it(
    "confirms every transfer where nothing goes wrong",
    () => {
      const calm = scenario.map((given) => ({
        ...given,
        mishaps: false,
        upstreamMode: given.upstreamMode === "passive" ? "auto" : given.upstreamMode,
        lines: given.lines.filter((line) => line !== "ABOR"),
      }));
      fc.assert(
        fc.property(calm, choices, (given, chosen) => {
          const world = new ModelWorld(given);
          world.run(chosen);
          const transfers = given.lines.filter((line) => /^(RETR|STOR|LIST) f/.test(line));
          expect(world.checker.confirmed).toEqual(transfers);
        }),
        { numRuns },
      );
    },
    longRun,
  );
});
