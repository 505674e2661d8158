// Two thousand transfers, many of them aborted: everything that was opened is closed again.
import { once } from "node:events";
import type { Socket } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { takeResources, watchResources } from "../support/resources.ts";
import { portArgument, received, TestClient } from "../support/test-client.ts";
import { until } from "../support/until.ts";
import { type HonestScene, meetHonest } from "./scene.ts";
import { file } from "./scripts.ts";

watchResources();

const transfersInAll = 2000;
const clientsAtOnce = 10;
const small = file(2000);
const large = file(1_500_000);

interface Worker {
  client: TestClient;
  readonly scene: HonestScene;
}

async function openData(client: TestClient, round: number, command: string): Promise<Socket> {
  if (round % 2 === 0) {
    const data = await client.connectData(await client.passiveAddress(round % 4 === 0 ? "EPSV" : "PASV"));
    await client.ask(command, 150);
    return data;
  }
  const listener = await client.listenData();
  await client.ask(`PORT ${portArgument(listener)}`, 200);
  await client.ask(command, 150);
  return listener.accept();
}

type Deed = (worker: Worker, round: number) => Promise<void>;

/** One transfer each, in every way in which it may end. */
const deeds: Readonly<Record<string, Deed>> = {
  download: async ({ client }, round) => {
    const { bytes, how } = await received(await openData(client, round, "RETR small"));
    expect([bytes.equals(small), how]).toEqual([true, "end"]);
    await client.expect(226);
  },
  upload: async ({ client, scene }, round) => {
    (await openData(client, round, `STOR up${round}`)).end(small);
    await client.expect(226);
    expect(scene.server.files.get(`up${round}`)?.equals(small)).toBe(true);
    scene.server.files.delete(`up${round}`);
  },
  "large download": async ({ client }, round) => {
    const { bytes, how } = await received(await openData(client, round, "RETR large"));
    expect([bytes.length, how]).toEqual([large.length, "end"]);
    await client.expect(226);
  },
  refused: async ({ client }) => {
    await client.passiveAddress();
    await client.ask("RETR missing", 550);
  },
  "ABOR in a download": async ({ client }, round) => {
    const data = await openData(client, round, "RETR large");
    data.pause();
    client.send("ABOR");
    expect(await client.nextReply()).toMatch(/^(426|226)/);
    await client.expect(226);
    data.destroy();
  },
  "ABOR in an upload": async ({ client, scene }, round) => {
    const data = await openData(client, round, "STOR aborted");
    data.write(small);
    await client.ask("ABOR", 426, 226);
    expect(scene.server.files.has("aborted")).toBe(false);
    data.destroy();
  },
  "a reset in a download": async ({ client }, round) => {
    const data = await openData(client, round, "RETR large");
    await once(data, "data");
    data.resetAndDestroy();
    expect(await client.nextReply()).toMatch(/^426/);
  },
  "a reset in an upload": async ({ client, scene }, round) => {
    const data = await openData(client, round, "STOR reset");
    data.write(small, () => data.resetAndDestroy());
    // 425 where our connection to the client was reset before we had seen that it was there.
    expect(await client.nextReply()).toMatch(/^42[56]/);
    expect(scene.server.files.has("reset")).toBe(false);
  },
  "a client that dies": async (worker, round) => {
    const data = await openData(worker.client, round, "STOR dead");
    data.write(small);
    await worker.client[Symbol.asyncDispose]();
    expect(worker.scene.server.files.has("dead")).toBe(false);
    worker.client = await TestClient.loggedIn(worker.scene.gateway);
  },
  "a PASV that nobody uses": async ({ client }) => {
    await client.passiveAddress();
    await client.passiveAddress("PASV");
    await client.ask("NOOP", 200);
  },
};

/** Most transfers are ordinary ones. */
const plan = [...Object.keys(deeds), "download", "upload", "download", "upload", "download", "upload", "download"];

async function work(scene: HonestScene, rounds: readonly number[]): Promise<void> {
  const worker: Worker = { scene, client: await TestClient.loggedIn(scene.gateway) };
  try {
    for (const round of rounds) await (deeds[plan[round % plan.length] as string] as Deed)(worker, round);
  } finally {
    await worker.client[Symbol.asyncDispose]();
  }
}

async function transfers(scene: HonestScene, count: number): Promise<void> {
  const rounds = Array.from({ length: count }, (_, round) => round);
  const shares = Array.from({ length: clientsAtOnce }, (_, n) => rounds.filter((round) => round % clientsAtOnce === n));
  await Promise.all(shares.map((share) => work(scene, share)));
}

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** What this process, which is gateway, server and clients in one, holds when nothing is under way. */
async function counts({ gateway, server }: HonestScene) {
  // One client, that of the scene, stays.
  const { sessions } = gateway.shared;
  const what = (): string => `one session is left: ${sessions.size} sessions, ${server.describe()}`;
  await until(what, () => sessions.size === 1 && server.open() === 1);
  for (let turn = 0; turn < 5; turn += 1) {
    collectGarbage();
    await new Promise(setImmediate); // buffers are given back behind the garbage collection
  }
  // Not files: the system's table of sockets may be being read, for a client that does not read (network/acknowledged.ts).
  const sockets = [...takeResources().descriptors.values()].filter((target) => target.startsWith("socket:")).length;
  return {
    open: { sockets, listeners: gateway.shared.registry.size },
    heap: process.memoryUsage().heapUsed,
    buffers: process.memoryUsage().arrayBuffers,
  };
}

it("2,000 transfers, aborts and resets among them, end with the counts that they began with", async () => {
  const warnings: string[] = [];
  const warned = (warning: Error): unknown => warnings.push(warning.message);
  process.on("warning", warned);
  await using scene = await meetHonest({ small, large }, { environment: { emit: () => {} } });
  await transfers(scene, 200); // whatever is made only once
  const before = await counts(scene);
  await transfers(scene, transfersInAll);
  const after = await counts(scene);
  expect(after.open).toEqual(before.open);
  expect(after.heap - before.heap).toBeLessThan(5_000_000);
  process.off("warning", warned);
  expect(warnings).toEqual([]);
  expect(after.buffers - before.buffers).toBeLessThan(10_000_000);
});
