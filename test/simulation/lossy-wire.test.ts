// Whatever a wire does to packets, bytes arrive whole and in order, or both sides are told.
import { expect, it } from "vitest";
import { SeededRandom } from "../../src/simulation/seeded-random.ts";
import { collect, sendAll } from "../../src/testing/network/traffic.ts";
import { watchResources } from "../support/resources.ts";
import { joined, makeStage } from "./stage.ts";

watchResources();

/** Of a hundred packets so many are lost, and so many come up to 50 ms late, behind others. */
interface Weather {
  readonly lost: number;
  readonly late: number;
  readonly upBytes: number;
  readonly downBytes: number;
  readonly bytesPerMs: number;
}

function weatherOf(seed: number): Weather {
  const random = new SeededRandom(seed);
  return {
    lost: random.below(20),
    late: random.below(30),
    upBytes: random.below(300_000),
    downBytes: random.below(300_000),
    bytesPerMs: 50 + random.below(10_000),
  };
}

function pattern(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at += 1) bytes[at] = (at * 31 + (at >> 8) + seed) & 255;
  return bytes;
}

it.each(Array.from({ length: 100 }, (_, seed) => seed))("seed %i", async (seed) => {
  const { lost, late, upBytes, downBytes, bytesPerMs } = weatherOf(seed);
  const { simulation, wire, client, server } = makeStage({ seed, wire: { latencyMs: 5, bytesPerMs } });
  wire.rule(() => {
    const dice = simulation.random.below(100);
    if (dice < lost) return "drop";
    return dice < lost + late ? { delayMs: simulation.random.below(50) } : undefined;
  });
  const [up, down] = [pattern(upBytes, seed), pattern(downBytes, seed + 1)];
  await simulation.run(async () => {
    const { near, far } = await joined(client.network(), server.network(), "10.0.0.3");
    const [atFar, atNear] = await Promise.all([
      collect(far.stream),
      collect(near.stream),
      sendAll(near.stream, up),
      sendAll(far.stream, down),
    ]);
    expect(atFar.equals(up)).toBe(true);
    expect(atNear.equals(down)).toBe(true);
    expect([(await near.closed).how, (await far.closed).how]).toEqual(["fin", "fin"]);
  });
});
