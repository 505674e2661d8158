import { expect, test } from "vitest";
import { RemoteSockets } from "../../src/data-connection/remote-sockets.ts";
import type { Connection } from "../../src/platform/network.ts";

const never = new AbortController().signal;
const end = (port: number) => ({ host: "192.0.2.1", port });

/** A host on which each call of `dial` makes one more connection; both take turns of the event loop. */
function someHost() {
  const open: number[] = [];
  const closed: number[] = [];
  const sockets = new RemoteSockets(async () => {
    const seen = open.map(end);
    await new Promise((resolve) => setImmediate(resolve));
    return seen;
  });
  const dial = async (): Promise<Connection> => {
    await new Promise((resolve) => setImmediate(resolve));
    const port = 40_000 + open.length;
    open.push(port);
    return { reset: () => closed.push(port), closed: Promise.resolve({}) } as unknown as Connection;
  };
  return { sockets, dial, open, closed };
}

test("two that connect at the same moment each find their own end", async () => {
  const { sockets, dial } = someHost();
  const found = await Promise.all([sockets.connect(21, dial, never), sockets.connect(21, dial, never)]);
  expect(found.map((one) => one.end)).toEqual([end(40_000), end(40_001)]);
});

test("an end that somebody else's connection could be is no end", async () => {
  const { sockets, dial, open } = someHost();
  const found = await sockets.connect(
    21,
    async () => {
      open.push(50_000);
      return dial();
    },
    never,
  );
  expect(found.end).toBeUndefined();
});

test("no connection is left when the list cannot be read again", async () => {
  const { dial, closed } = someHost();
  let looks = 0;
  const sockets = new RemoteSockets(async () => {
    looks += 1;
    if (looks > 1) throw new Error("the SSH host says nothing");
    return [];
  });
  await expect(sockets.connect(21, dial, never)).rejects.toThrow("the SSH host says nothing");
  expect(closed).toEqual([40_000]);
});
