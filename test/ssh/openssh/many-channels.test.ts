// Many channels at once, large and small, and many that were refused.
import { afterAll, beforeAll, expect, it } from "vitest";
import { systemNetwork } from "../../../src/network/system-network.ts";
import type { Connection, Listener } from "../../../src/platform/network.ts";
import { limits } from "../../../src/protocol/limits.ts";
import type { OpenSshConnection } from "../../../src/ssh/openssh/openssh-connection.ts";
import { collect, mebibyte, randomPayload, roundTrips, sendAll } from "../../../src/testing/network/traffic.ts";
import { freePort } from "../../support/free-port.ts";
import { describePeers } from "../../support/missing.ts";
import { watchResources } from "../../support/resources.ts";
import { type Sshd, startSshd } from "../../support/sshd.ts";
import { anyPort, connectTo, failureOf, never } from "./environment.ts";

watchResources();

const here = { host: "127.0.0.1", signal: never } as const;

describePeers(["ssh", "sshd"], "many channels", () => {
  let sshd: Sshd;
  let connection: OpenSshConnection;
  let listener: Listener;

  beforeAll(async () => {
    sshd = await startSshd();
    connection = await connectTo(sshd);
    listener = await systemNetwork.listen({ ...here, ports: anyPort });
  });
  afterAll(async () => {
    await listener[Symbol.asyncDispose]();
    await connection[Symbol.asyncDispose]();
    await sshd.stop();
  });

  async function pair(): Promise<{ near: Connection; far: Connection }> {
    const [near, far] = await Promise.all([
      connection.network.connect({ ...here, port: listener.endpoint.port }),
      listener.accept({ signal: never }),
    ]);
    return { near, far };
  }

  it("that are idle have no timers, and all still work", async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const before = timers();
    const pairs: { near: Connection; far: Connection }[] = [];
    for (let count = 0; count < 100; count += 1) pairs.push(await pair());
    expect(timers()).toBeLessThanOrEqual(before);
    await Promise.all(pairs.map(({ near, far }) => roundTrips(near, far, 2)));
    for (const { near, far } of pairs) {
      near.reset();
      far.reset();
    }
    await Promise.all(pairs.flatMap(({ near, far }) => [near.closed, far.closed]));
    await expect.poll(() => connection.leftovers).toEqual([]);
  });

  it("let a dialogue go on while others carry all that they can", async () => {
    const [dialogue, up, down] = [await pair(), await pair(), await pair()];
    const payload = randomPayload(64 * mebibyte);
    const bulk = Promise.all([
      sendAll(up.near.stream, payload),
      collect(up.far.stream),
      sendAll(down.far.stream, payload),
      collect(down.near.stream),
    ]);
    let trips = 0;
    let isDone = false;
    void bulk.then(() => {
      isDone = true;
    });
    while (!isDone) {
      await roundTrips(dialogue.near, dialogue.far, 1);
      trips += 1;
    }
    const [, sent, , received] = await bulk;
    expect([sent.equals(payload), received.equals(payload)]).toEqual([true, true]);
    expect(trips).toBeGreaterThan(10);
    for (const { near, far } of [dialogue, up, down]) {
      near.reset();
      far.reset();
    }
  });

  it("of which one is not read do not hold up the others", async () => {
    const [stuck, other] = [await pair(), await pair()];
    const payload = randomPayload(32 * mebibyte);
    const writing = sendAll(stuck.far.stream, payload);
    const [text] = await Promise.all([collect(other.near.stream), sendAll(other.far.stream, payload)]);
    expect(text.equals(payload)).toBe(true);
    const [late] = await Promise.all([collect(stuck.near.stream), writing]);
    expect(late.equals(payload)).toBe(true);
    for (const { near, far } of [stuck, other]) {
      near.reset();
      far.reset();
    }
  });

  it("that were refused end ssh in a quiet moment, before ssh ends itself in a busy one", async () => {
    const worn = await connectTo(sshd);
    const port = await freePort();
    const ask = (): Promise<unknown> => failureOf(worn.network.connect({ ...here, port }));
    for (let asked = 0; asked < limits.sshRefusedChannelsMax; asked += 250) {
      await Promise.all(Array.from({ length: 250 }, ask));
    }
    expect((await worn.lost)?.message).toMatch(/is ended after 4000 refused connections/);
    await worn[Symbol.asyncDispose]();
  });
});
