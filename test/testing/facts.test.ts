// The published suites find what an implementation does wrong, and say which fact does not hold.
import { describe, expect, test } from "vitest";
import { MemoryFileSystem } from "../../src/filesystem/memory/memory-file-system.ts";
import { systemNetwork } from "../../src/network/system-network.ts";
import type { Connection, Network } from "../../src/platform/network.ts";
import { matches, rejectsLike, rejectsWith } from "../../src/testing/assertions.ts";
import type { ConformanceSuite } from "../../src/testing/facts.ts";
import { fileSystemSuite } from "../../src/testing/file-system-suite.ts";
import type { NetworkFixture } from "../../src/testing/network/network-fixture.ts";
import { networkSuite } from "../../src/testing/network-suite.ts";

const fixture = (network: Network, more: Partial<NetworkFixture> = {}): NetworkFixture => ({
  network,
  peer: systemNetwork,
  loopback: "127.0.0.1",
  capabilities: { chooseLocalEnd: true, knowsRemoteAddress: true, resetReachesPeer: true, seesPeerReset: true },
  close: async () => {},
  ...more,
});

/** The names of the facts that begin so and do not hold. */
async function failing({ cases }: ConformanceSuite, begin: string): Promise<string[]> {
  const failed: string[] = [];
  for (const { name, run } of cases.filter((fact) => fact.name.startsWith(begin))) {
    await run().catch(() => failed.push(name));
  }
  return failed;
}

/** A network whose reset looks like a clean end. */
const endingInstead: Network = {
  name: "clean ends only",
  connect: async (options) => politely(await systemNetwork.connect(options)),
  listen: (options) => systemNetwork.listen(options),
};

function politely(connection: Connection): Connection {
  const { stream, local, remote, closed } = connection;
  const dispose = async (): Promise<void> => await connection[Symbol.asyncDispose]();
  return { stream, local, remote, closed, reset: () => void dispose(), [Symbol.asyncDispose]: dispose };
}

describe("the suite for networks", () => {
  test("fails the facts about reset where a reset is a clean end, and no others", async () => {
    await using suite = networkSuite(async () => fixture(endingInstead));
    expect(await failing(suite, "reset of an outgoing connection: our reset")).toEqual([
      "reset of an outgoing connection: our reset closes our side as local/reset",
      "reset of an outgoing connection: our reset is no clean end at the peer, where the network can do that",
      "reset of an outgoing connection: our reset behind unread bytes is no clean end at the peer, where the network can do that",
    ]);
    expect(await failing(suite, "bytes of an outgoing connection: 1 byte")).toEqual([]);
  });

  test("a fact is over when nothing is left open", async () => {
    const left = [["a channel"], ["a channel"], []];
    await using suite = networkSuite(async () => fixture(systemNetwork, { leftovers: () => left.shift() ?? [] }));
    await suite.cases[0]?.run();
    expect(left).toEqual([]);
  });

  test("opens the network once, and closes it once", async () => {
    const calls: string[] = [];
    const suite = networkSuite(async () => {
      calls.push("open");
      return fixture(systemNetwork, { close: async () => void calls.push("close") });
    });
    await suite.cases[0]?.run();
    await suite.cases[1]?.run();
    await Promise.all([suite[Symbol.asyncDispose](), suite[Symbol.asyncDispose]()]);
    expect(calls).toEqual(["open", "close"]);
  });

  test("fails each fact with what kept the network from being opened", async () => {
    const reason = new Error("no such device");
    await using suite = networkSuite(() => Promise.reject(reason));
    await expect(suite.cases[0]?.run()).rejects.toBe(reason);
    await expect(suite.cases[1]?.run()).rejects.toBe(reason);
  });
});

test("the suite for file systems fails the facts about a file system that forgets directories", async () => {
  const forgetful = async () => {
    const files = new MemoryFileSystem({ now: Date.now });
    files.mkdir = async () => {};
    return { files, close: async () => {} };
  };
  await using suite = fileSystemSuite(forgetful);
  expect(await failing(suite, "a directory is made once")).toEqual(["a directory is made once"]);
  expect(await failing(suite, "what was written is read")).toEqual([]);
});

describe("matches", () => {
  test.each([
    [{ a: 1, b: 2 }, { a: 1 }],
    [Object.assign(new Error("x"), { code: "Y", details: { a: 1, b: 2 } }), { code: "Y", details: { b: 2 } }],
    [{ a: [1, 2] }, { a: [1, 2] }],
  ])("%o has %o", (actual, part) => matches(actual, part));

  test.each([
    [{ a: 1 }, { a: 2 }],
    [{ a: 1 }, { b: undefined }],
    [undefined, { a: 1 }],
    [{ a: { b: 1 } }, { a: { b: "1" } }],
    [{ a: [1, 2, 3] }, { a: [1, 2] }],
  ])("%o has not %o", (actual, part) => {
    expect(() => matches(actual, part)).toThrow();
  });
});

test("a promise that resolves, or rejects with something else, is a fact that does not hold", async () => {
  await expect(rejectsWith(Promise.resolve(), undefined)).rejects.toThrow();
  await expect(rejectsWith(Promise.reject(new Error("a")), new Error("a"))).rejects.toThrow();
  await expect(rejectsLike(Promise.resolve(), {})).rejects.toThrow();
  await expect(rejectsLike(Promise.reject(new Error("a")), { message: "b" })).rejects.toThrow();
});
