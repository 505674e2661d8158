// Time, chance and order in a simulation.
import { describe, expect, it } from "vitest";
import { wait } from "../../src/platform/clock.ts";
import { formatPacket } from "../../src/simulation/links/packet.ts";
import { SeededRandom } from "../../src/simulation/seeded-random.ts";
import { Simulation } from "../../src/simulation/simulation.ts";
import { collect, sendAll } from "../../src/testing/network/traffic.ts";
import { watchResources } from "../support/resources.ts";
import { connectTo, joined, listenAt, makeStage, never } from "./stage.ts";

watchResources();

describe("a simulation", () => {
  it("lets an hour pass at once", async () => {
    const simulation = new Simulation();
    await simulation.run(() => wait(simulation.clock, 3_600_000, never));
    expect(simulation.nowMs).toBe(3_600_000);
  });

  it("keeps the order of asking for one moment, and leaves out what was cancelled", async () => {
    const simulation = new Simulation();
    const seen: string[] = [];
    const cancel = simulation.clock.after(5, () => seen.push("never"));
    for (const name of ["a", "b", "c"]) simulation.clock.after(5, () => seen.push(name));
    simulation.clock.after(1, () => seen.push("first"));
    cancel();
    await simulation.run(() => wait(simulation.clock, 10, never));
    expect(seen).toEqual(["first", "a", "b", "c"]);
  });

  it("stands still while promises, ticks and immediates of a program are left to run", async () => {
    const simulation = new Simulation();
    const seen: number[] = [];
    const work = async (): Promise<void> => {
      for (let round = 0; round < 20; round += 1) {
        await new Promise((resolve) => setImmediate(resolve));
        await new Promise<void>((resolve) => process.nextTick(resolve));
        await Promise.resolve();
        seen.push(simulation.nowMs);
      }
    };
    simulation.clock.after(1, () => void work());
    await simulation.run(() => wait(simulation.clock, 2, never));
    expect(seen).toEqual(new Array(20).fill(1));
  });

  it.each([
    ["waits for what can never happen", {}, () => new Promise(() => {})],
    ["goes on beyond its time", { limitMs: 100 }, (simulation: Simulation) => wait(simulation.clock, 101, never)],
  ] as const)("gives up a story that %s", async (_why, limits, story) => {
    const simulation = new Simulation();
    await expect(simulation.run<unknown>(() => story(simulation), limits)).rejects.toMatchObject({ code: "INTERNAL" });
  });

  it("gives up a story in which too much happens", async () => {
    const simulation = new Simulation();
    const story = async (): Promise<void> => {
      for (;;) await simulation.turn();
    };
    await expect(simulation.run(story, { eventsMax: 1000 })).rejects.toMatchObject({ code: "INTERNAL" });
  });

  it("throws what the story throws", async () => {
    const reason = { not: "even an error" };
    const story = (): Promise<void> => Promise.reject(reason);
    await expect(new Simulation().run(story)).rejects.toBe(reason);
  });
});

/** Every packet of a story with several connections at once, with its time. */
async function traceOf(seed: number): Promise<string> {
  const { simulation, wire, client, server } = makeStage({ seed, wire: { latencyMs: 3, bytesPerMs: 5000 } });
  const lines: string[] = [];
  simulation.observe((seen, atMs) => {
    if (seen.type === "packet") lines.push(`${atMs} ${seen.node} ${formatPacket(seen.packet)}`);
  });
  wire.rule(() => (simulation.random.below(10) === 0 ? "drop" : undefined));
  await simulation.run(async () => {
    const listener = await listenAt(server.network(), "");
    const echo = async (): Promise<void> => {
      const { stream } = await listener.accept({ signal: never });
      stream.pipe(stream);
    };
    const ask = async (size: number): Promise<void> => {
      const { stream } = await connectTo(client.network(), "10.0.0.3", listener.endpoint.port);
      const [answer] = await Promise.all([collect(stream), sendAll(stream, Buffer.alloc(size, size))]);
      expect(answer.equals(Buffer.alloc(size, size))).toBe(true);
    };
    await Promise.all([1, 50_000, 200_000].flatMap((size) => [ask(size), echo()]));
  });
  return lines.join("\n");
}

describe("a seed", () => {
  it("makes the same packets at the same times, byte for byte, with a tenth of them lost", async () => {
    const [first, second, other] = [await traceOf(7), await traceOf(7), await traceOf(8)];
    expect(first.split("\n").length).toBeGreaterThan(50);
    expect(second).toBe(first);
    expect(other).not.toBe(first);
  });

  it("gives numbers below a limit, all of them about as often", () => {
    const random = new SeededRandom(1);
    const counts = new Array<number>(10).fill(0);
    for (let draw = 0; draw < 10_000; draw += 1) {
      const number = random.below(10);
      counts[number] = (counts[number] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(900);
    expect(Math.max(...counts)).toBeLessThan(1100);
  });
});

describe("a wire", () => {
  it("takes its latency each way", async () => {
    const { simulation, client, server } = makeStage({ wire: { latencyMs: 25 } });
    await simulation.run(async () => {
      const listener = await listenAt(server.network(), "10.0.0.3");
      await connectTo(client.network(), "10.0.0.3", listener.endpoint.port);
    });
    expect(simulation.nowMs).toBe(50);
  });

  it("carries no more than its rate", async () => {
    const { simulation, client, server } = makeStage({ wire: { bytesPerMs: 1000 } });
    await simulation.run(async () => {
      const { near, far } = await joined(client.network(), server.network(), "10.0.0.3");
      await Promise.all([collect(far.stream), sendAll(near.stream, Buffer.alloc(2_000_000))]);
    });
    expect(simulation.nowMs).toBeGreaterThan(2000);
    expect(simulation.nowMs).toBeLessThan(2100);
  });

  it("that loses everything makes the sender give up after a quarter of an hour", async () => {
    const { simulation, wire, client, server } = makeStage();
    await simulation.run(async () => {
      const { near } = await joined(client.network(), server.network(), "10.0.0.3");
      const mend = wire.rule(() => "drop");
      near.stream.write("anybody there?");
      expect(await near.closed).toMatchObject({ by: "remote", how: "timeout", error: { code: "NET_TIMEOUT" } });
      mend();
    });
    expect(Math.round(simulation.nowMs / 60_000)).toBeGreaterThanOrEqual(13);
    expect(Math.round(simulation.nowMs / 60_000)).toBeLessThan(30);
  });

  it("that loses one packet of many costs a round trip, no time-out", async () => {
    const { simulation, wire, client, server } = makeStage({ wire: { latencyMs: 200, bytesPerMs: 1000 } });
    let count = 0;
    wire.rule((packet) => {
      if (packet.kind === "tcp" && packet.payload.length > 0) count += 1;
      return count === 3 ? "drop" : undefined;
    });
    await simulation.run(async () => {
      const { near, far } = await joined(client.network(), server.network(), "10.0.0.3");
      await Promise.all([collect(far.stream), sendAll(near.stream, Buffer.alloc(200_000))]);
    });
    // Handshake 400 ms, bytes 200, their way 200; the loss is known 400 ms later, and what was behind it is sent again.
    expect(simulation.nowMs).toBeLessThan(1600);
  });

  it("that is mended in time has lost nothing", async () => {
    const { simulation, wire, client, server } = makeStage();
    await simulation.run(async () => {
      const { near, far } = await joined(client.network(), server.network(), "10.0.0.3");
      const mend = wire.rule(() => "drop");
      const received = collect(far.stream);
      near.stream.end("patience");
      await wait(simulation.clock, 60_000, never);
      mend();
      expect(String(await received)).toBe("patience");
    });
  });
});
