// A few seeds with every change; `npm run swarm` runs thousands.
import { describe, expect, it } from "vitest";
import { watchResources } from "../support/resources.ts";
import { resetLooksLikeEnd } from "./planted-bug.ts";
import { runSeed } from "./run-seed.ts";

watchResources();

describe("the swarm", () => {
  it("finds nothing in its first forty worlds", async () => {
    const bad: string[] = [];
    for (let seed = 1; seed <= 40; seed += 1) {
      const { faults } = await runSeed(seed);
      bad.push(...faults.map((fault) => `npm run swarm -- --seed ${seed}: ${fault}`));
    }
    expect(bad).toEqual([]);
  });

  it("finds within a hundred worlds that resets become ends of files, where that bug is planted", async () => {
    const told: string[] = [];
    for (let seed = 1; seed <= 100 && told.length === 0; seed += 1) {
      told.push(...(await runSeed(seed, { tamper: resetLooksLikeEnd })).faults);
    }
    expect(told).toEqual(expect.arrayContaining([expect.stringContaining("for an upload that was broken off")]));
  });

  it("makes the same trace of the same seed, packet by packet, and another one of another", async () => {
    const traceOf = async (seed: number): Promise<string> => (await runSeed(seed, { showsPackets: true })).trace;
    for (const seed of [6, 16, 34]) expect(await traceOf(seed)).toBe(await traceOf(seed));
    expect(await traceOf(6)).not.toBe(await traceOf(34));
  });
});
