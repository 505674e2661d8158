// A few seeds with every change; `npm run swarm` runs thousands.
import { describe, expect, it } from "vitest";
import { watchResources } from "../support/resources.ts";
import { resetLooksLikeEnd } from "./planted-bug.ts";
import { runSeed } from "./run-seed.ts";

watchResources();

/** They take two seconds of a processor; where many want it, more. */
const timeout = 300_000;

describe("the swarm", () => {
  it("finds nothing in its first twenty simulations", { timeout }, async () => {
    const bad: string[] = [];
    for (let seed = 1; seed <= 20; seed += 1) {
      const { faults } = await runSeed(seed);
      bad.push(...faults.map((fault) => `npm run swarm -- --seed ${seed}: ${fault}`));
    }
    expect(bad).toEqual([]);
  });

  it("finds within a hundred simulations that resets become ends of files, where that bug is planted", {
    timeout,
  }, async () => {
    const told: string[] = [];
    // From 30 on, since the first one that shows it is 39.
    for (let seed = 30; seed < 130 && told.length === 0; seed += 1) {
      told.push(...(await runSeed(seed, { tamper: resetLooksLikeEnd })).faults);
    }
    expect(told).toEqual(expect.arrayContaining([expect.stringContaining("for an aborted upload")]));
  });

  it("makes the same trace of the same seed, packet by packet, and another one of another", { timeout }, async () => {
    const traceOf = async (seed: number): Promise<string> => (await runSeed(seed, { showsPackets: true })).trace;
    for (const seed of [6, 16, 34]) expect(await traceOf(seed)).toBe(await traceOf(seed));
    expect(await traceOf(6)).not.toBe(await traceOf(34));
  });
});
